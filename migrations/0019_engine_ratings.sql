-- How answers were judged, counted with the hour in which they were given (oracle::metrics): a judgement that changes
-- moves from one count to another in the transaction of the change, and one that is taken back is no longer counted.
-- What erasure removes stays counted: a sum names nobody.
CREATE TRIGGER readings_judged AFTER UPDATE OF rating ON readings WHEN OLD.rating <> NEW.rating BEGIN
  INSERT INTO engine_counts (hour, engine, measure, count)
    SELECT NEW.created_at / 3600000, NEW.engine, 'rated_' || NEW.rating, 1 WHERE NEW.rating > 0
    ON CONFLICT (hour, engine, measure) DO UPDATE SET count = count + 1;
  UPDATE engine_counts SET count = count - 1
    WHERE hour = OLD.created_at / 3600000 AND engine = OLD.engine AND measure = 'rated_' || OLD.rating AND count > 0;
END;
