-- Incidents that have not ended: one of a component at most.
SELECT id, component, state, cause, began_at, ended_at, note, note_public FROM status_incidents
WHERE ended_at IS NULL AND component > ''
