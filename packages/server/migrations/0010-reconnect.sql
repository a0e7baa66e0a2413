-- Coming back after an outage: the access of many agents is asked for in one statement, and a session goes on for as
-- long as its agent keeps its link, so that an agent which comes back has one that lives.

create policy of_many on agent_sessions for select to nightlatch_app
  using (agent_id in (select unnest(scope_agents())));

create policy by_token_prolongs on agent_sessions for update to nightlatch_app
  using (token_hash = (select scope_token_hash()));
grant update (expires_at) on agent_sessions to nightlatch_app;
