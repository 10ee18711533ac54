DROP TABLE error_hours;
DROP TABLE error_writes;
DROP TABLE errors;
DROP TABLE status_days;
DROP TABLE status_incidents;
DROP TABLE status_samples;
