DROP TABLE oauth_spent;
DROP TABLE identities;
