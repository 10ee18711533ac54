DROP INDEX readings_by_user;
DROP TABLE erasures;
DROP TABLE circle_invitations;
DROP TABLE circle_members;
DROP TABLE circles;
DROP TRIGGER people_begin;
DROP TABLE onboarding;
DROP TABLE preferences;
