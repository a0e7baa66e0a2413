-- Events of many agents in one statement: policies go by the set of the agents on whose behalf it runs, as those of the
-- gate's batches go by a set of accounts. Which event is whose agent's is the statement's to say.

create function scope_agents() returns text[] stable parallel safe language sql
  return string_to_array(current_setting('nightlatch.agent', true), ',');
comment on function scope_agents is
  'Agents on whose behalf this statement runs; empty for none. Where it is one, scope_agent is that one; where there are more, it is no agent.';

-- A pin as of now is `validity @> now()`, which the partial index does not answer: without this one every agent that
-- asked had the pins of all others read.
create index agent_pins_of_agent on agent_pins (agent_id);

drop policy itself on agent_pins;
create policy itself on agent_pins for select to nightlatch_app
  using (agent_id in (select unnest(scope_agents())));

create or replace function caller_agent_home() returns setof text
  language sql stable parallel safe rows 8
begin atomic
  select p.home_id from agent_pins p
  where p.agent_id = any ((select scope_agents())::text[]) and p.validity @> now();
end;
comment on function caller_agent_home is 'The homes at which the calling agents are pinned as of now.';

create function caller_pins() returns table (agent text, home text)
  language sql stable parallel safe rows 8
begin atomic
  select p.agent_id, p.home_id from agent_pins p
  where p.agent_id = any ((select scope_agents())::text[]) and p.validity @> now();
end;
comment on function caller_pins is 'The calling agents, each with the home at which it is pinned as of now.';

drop policy agent_sends on events;
create policy agent_sends on events to nightlatch_app
  using ((agent_id, home_id) in (select pin.agent, pin.home from caller_pins() as pin))
  with check ((agent_id, home_id) in (select pin.agent, pin.home from caller_pins() as pin));
drop policy agent_reads on deletions;
create policy agent_reads on deletions for select to nightlatch_app
  using ((agent_id, home_id) in (select pin.agent, pin.home from caller_pins() as pin));

-- With the event's id in them, these two looked to the planner as good for one event as the primary key (before the
-- table has been analyzed), and every look-up by id, also those behind references, read all events of the home. Ties
-- within a millisecond are few enough to sort.
drop index events_newest;
drop index events_newest_of_camera;
create index events_newest on events (home_id, started_at desc);
create index events_newest_of_camera on events (home_id, camera_id, started_at desc);
