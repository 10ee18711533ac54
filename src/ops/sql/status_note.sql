-- ?1 id, ?2 note, ?3 whether everybody may read it
UPDATE status_incidents SET note = ?2, note_public = ?3 WHERE id = ?1
RETURNING id, component, state, cause, began_at, ended_at, note, note_public
