DROP TABLE engine_breakers;
