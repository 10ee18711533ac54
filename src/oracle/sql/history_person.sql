SELECT time_zone, birth_date FROM profiles WHERE user_id = ?
