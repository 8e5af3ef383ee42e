create table sample.readings (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  value numeric not null
);
create index readings_at on sample.readings (at);
