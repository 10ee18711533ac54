DROP INDEX events_by_time;
DROP TABLE reading_shares;
