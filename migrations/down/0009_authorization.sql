DROP TABLE authorization_codes;
DROP TABLE oauth_clients;
