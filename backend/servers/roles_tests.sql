-- What tests need beside roles.sql: databases made and dropped by the owner, with the application's rights in each from the
-- first table on; acting as the application and as roles
-- a test makes; rows of append-only tables cleared between tests; a test's own body on both sides of the wall, while the
-- requests and tasks it starts run as the application (tests/wall_role.py).
ALTER ROLE iop_owner CREATEDB CREATEROLE BYPASSRLS;
ALTER ROLE iop_owner SET createrole_self_grant = 'set, inherit';
GRANT iop_app TO iop_owner;
GRANT SET ON PARAMETER session_replication_role TO iop_owner;
\connect template1
ALTER DEFAULT PRIVILEGES FOR ROLE iop_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO iop_app;
ALTER DEFAULT PRIVILEGES FOR ROLE iop_owner GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO iop_app;
