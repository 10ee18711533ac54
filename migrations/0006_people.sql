-- What people tell of themselves beside the profile, circles, and the record of erasures.
CREATE TABLE preferences (
  user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  language TEXT NOT NULL DEFAULT 'en',
  theme TEXT NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark')),
  week_starts_on TEXT NOT NULL DEFAULT 'monday' CHECK (week_starts_on IN ('monday', 'saturday', 'sunday')),
  hour_format TEXT NOT NULL DEFAULT 'h24' CHECK (hour_format IN ('h12', 'h24')),
  numerology_system TEXT NOT NULL DEFAULT 'pythagorean' CHECK (numerology_system IN ('pythagorean', 'chaldean')),
  tarot_reversed INTEGER NOT NULL DEFAULT 1 CHECK (tarot_reversed IN (0, 1)),
  default_engine TEXT,              -- what a quick reading asks; NULL for the house's choice
  forecast_time TEXT,               -- the local time of the daily forecast; NULL for none
  quiet_from TEXT,
  quiet_until TEXT,
  mail_digest INTEGER NOT NULL DEFAULT 0 CHECK (mail_digest IN (0, 1)),
  mail_reminders INTEGER NOT NULL DEFAULT 0 CHECK (mail_reminders IN (0, 1)),
  show_on_leaderboard INTEGER NOT NULL DEFAULT 0 CHECK (show_on_leaderboard IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;

-- What somebody chose to leave out of the three steps of onboarding; what is done shows in profile and preferences.
CREATE TABLE onboarding (
  user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  name_skipped_at INTEGER,
  birth_skipped_at INTEGER,
  preferences_skipped_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;

-- However an account came to be, its preferences and its onboarding come with its profile.
CREATE TRIGGER people_begin AFTER INSERT ON profiles BEGIN
  INSERT INTO preferences (user_id, created_at, updated_at) VALUES (NEW.user_id, NEW.created_at, NEW.created_at);
  INSERT INTO onboarding (user_id, created_at, updated_at) VALUES (NEW.user_id, NEW.created_at, NEW.created_at);
END;
INSERT INTO preferences (user_id, created_at, updated_at) SELECT user_id, created_at, created_at FROM profiles;
INSERT INTO onboarding (user_id, created_at, updated_at) SELECT user_id, created_at, created_at FROM profiles;

-- A small group of people. What is shared with it has the audience `circle:<id>` (kernel::audience).
CREATE TABLE circles (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE circle_members (
  circle_id TEXT NOT NULL REFERENCES circles (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role TEXT NOT NULL CHECK (role IN ('owner', 'member', 'guest')),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (circle_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX circle_members_by_user ON circle_members (user_id, circle_id);

CREATE TABLE circle_invitations (
  id TEXT PRIMARY KEY,
  circle_id TEXT NOT NULL REFERENCES circles (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE, -- who invites
  email_key TEXT NOT NULL,          -- who is invited; erased with either of the two
  role TEXT NOT NULL CHECK (role IN ('owner', 'member', 'guest')),
  token_hash TEXT NOT NULL UNIQUE,  -- SHA-256 of the token in the mail
  expires_at INTEGER NOT NULL,
  accepted_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX circle_invitations_by_circle ON circle_invitations (circle_id, created_at, id);
CREATE INDEX circle_invitations_by_user ON circle_invitations (user_id);
CREATE INDEX circle_invitations_by_email ON circle_invitations (email_key);

-- Accounts that were deleted: access ended with the row, `completed_at` says when everything was gone. It names nobody.
CREATE TABLE erasures (
  user_id TEXT PRIMARY KEY,
  attempts INTEGER NOT NULL DEFAULT 0,
  requested_at INTEGER NOT NULL,
  completed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX erasures_by_requested_at ON erasures (requested_at) WHERE completed_at IS NULL;

-- Erasure finds all readings of a person, deleted ones too; the partial indexes of the lists do not hold those.
CREATE INDEX readings_by_user ON readings (user_id);
