DROP TABLE limit_overrides;
