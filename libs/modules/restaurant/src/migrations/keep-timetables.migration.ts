import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Hours together with their time zone, or none; how long the kitchen takes; and modifiers in groups. */
export class KeepTimetables1700000000101 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Hours without a time zone never counted, so they are not kept.
      alter table restaurants add timetable jsonb, add prep_minutes int check (prep_minutes > 0);
      update restaurants set timetable = jsonb_build_object('timeZone', time_zone, 'hours', (
        select jsonb_agg(hours || '{"validFrom": null, "validThrough": null}') from jsonb_array_elements(opening_hours) hours))
      where time_zone is not null and jsonb_array_length(opening_hours) > 0;
      alter table restaurants drop opening_hours, drop time_zone;

      -- Every modifier could be taken or left.
      update menus set sections = (
        select json_agg(jsonb_set(section, '{items}', (
          select coalesce(jsonb_agg(item - 'modifiers' || jsonb_build_object('modifierGroups',
            case item -> 'modifiers' when '[]' then '[]' else jsonb_build_array(jsonb_build_object('groupId', 'extras', 'name', 'Extras',
              'min', 0, 'max', jsonb_array_length(item -> 'modifiers'), 'defaults', '[]'::jsonb, 'modifiers', item -> 'modifiers')) end)
            order by nth), '[]')
          from jsonb_array_elements(section -> 'items') with ordinality items(item, nth))) order by at)
        from jsonb_array_elements(sections::jsonb) with ordinality sections(section, at))`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table restaurants add opening_hours jsonb not null default '[]', add time_zone text;
      update restaurants set opening_hours = timetable -> 'hours', time_zone = timetable ->> 'timeZone' where timetable is not null;
      alter table restaurants drop timetable, drop prep_minutes;
      update menus set sections = (
        select json_agg(jsonb_set(section, '{items}', (
          select coalesce(jsonb_agg(item - 'modifierGroups' || jsonb_build_object('modifiers',
            jsonb_path_query_array(item, '$.modifierGroups[*].modifiers[*]')) order by nth), '[]')
          from jsonb_array_elements(section -> 'items') with ordinality items(item, nth))) order by at)
        from jsonb_array_elements(sections::jsonb) with ordinality sections(section, at))`);
  }
}
