DROP TABLE migrations_applied;
