DROP TABLE cache_marks;
DROP TABLE engine_counts;
