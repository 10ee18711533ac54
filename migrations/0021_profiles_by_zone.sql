-- People by where they live, to find those whose day is about to end (oracle::cache::warm).
CREATE INDEX profiles_by_time_zone ON profiles (time_zone, user_id) WHERE birth_date IS NOT NULL;
