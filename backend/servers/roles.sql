-- The two roles of every installation and the database they meet in. Run by psql as a superuser, as often as you like;
-- expects the variables owner_password and app_password. The owner migrates; the application serves and owns nothing.
SELECT 'CREATE ROLE iop_owner' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'iop_owner') \gexec
SELECT 'CREATE ROLE iop_app' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'iop_app') \gexec
ALTER ROLE iop_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE iop_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'app_password';
SELECT 'CREATE DATABASE iop OWNER iop_owner' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'iop') \gexec
-- No temporary tables for the application: one of the log's name would be found before the log.
REVOKE ALL ON DATABASE iop FROM PUBLIC;
GRANT CONNECT ON DATABASE iop TO iop_app;
\connect iop
ALTER DEFAULT PRIVILEGES FOR ROLE iop_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO iop_app;
ALTER DEFAULT PRIVILEGES FOR ROLE iop_owner GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO iop_app;
