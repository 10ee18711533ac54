-- The last samples.
SELECT at, component, state FROM status_samples WHERE at = (SELECT max(at) FROM status_samples)
