-- Applications that act for people (RFC 6749), and the codes by which they get their first tokens.
CREATE TABLE oauth_clients (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,                         -- as people know it
  redirects TEXT NOT NULL,                    -- the addresses that it may be answered at, space-separated
  scopes TEXT NOT NULL,                       -- the most that it may ask for, space-separated
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;

INSERT INTO oauth_clients (id, name, redirects, scopes, created_at, updated_at) VALUES
  ('raycast', 'Raycast',
   'https://raycast.com/redirect?packageName=Extension com.raycast:/oauth?package_name=Extension',
   'profile:read preferences:read activity:read engines:calculate readings:read readings:write', 0, 0),
  ('witness-cli', 'Witness on the command line',
   'http://127.0.0.1/callback http://[::1]/callback',
   'profile:read profile:write preferences:read preferences:write activity:read circles:read circles:write engines:calculate readings:read readings:write', 0, 0);

-- A consent on its way to tokens. Erased with the account.
CREATE TABLE authorization_codes (
  hash TEXT PRIMARY KEY,                      -- SHA-256 of the code, which has 256 random bits
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  client_id TEXT NOT NULL REFERENCES oauth_clients (id),
  redirect TEXT NOT NULL,
  challenge TEXT NOT NULL,                    -- SHA-256 of the client's verifier (RFC 7636, S256)
  scopes TEXT NOT NULL,
  methods TEXT NOT NULL,                      -- how the person proved who they are, as in sessions
  epoch INTEGER NOT NULL,                     -- the account's when it consented
  session_id TEXT NOT NULL DEFAULT '',        -- the session that came of it; a second use sets it to NULL, which fails
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX authorization_codes_by_user ON authorization_codes (user_id);
CREATE INDEX authorization_codes_by_expires_at ON authorization_codes (expires_at);
