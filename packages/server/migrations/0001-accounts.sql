-- Accounts, their sessions and their log-ins.
--
-- Every statement of the server runs as nightlatch_app, which owns nothing, so that row-level security holds for it.
-- A statement says on whose behalf it runs through the settings nightlatch.*, which end with its transaction; without
-- them there is nothing to see.

create function scope_accounts() returns text[] stable parallel safe language sql
  return string_to_array(current_setting('nightlatch.accounts', true), ',');
create function scope_agent() returns text stable parallel safe language sql
  return nullif(current_setting('nightlatch.agent', true), '');
create function scope_token_hash() returns bytea stable parallel safe language sql
  return decode(translate(current_setting('nightlatch.token_hash', true), '-_', '+/') || '=', 'base64');
create function scope_email_index() returns bytea stable parallel safe language sql
  return decode(translate(current_setting('nightlatch.email_index', true), '-_', '+/') || '=', 'base64');
create function scope_login() returns text stable parallel safe language sql
  return nullif(current_setting('nightlatch.login', true), '');
