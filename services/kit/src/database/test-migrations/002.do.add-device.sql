alter table sample.readings add column device text not null default '';
