DROP TABLE alert_changes;
DROP TABLE alerts;
DROP TABLE metric_sums;
DROP TABLE metric_windows;
DROP TABLE usage_days;
