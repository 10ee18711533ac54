DROP TRIGGER readings_judged;
