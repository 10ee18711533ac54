DROP INDEX profiles_by_time_zone;
