import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The copy of a menu knows the hours of its restaurant, and its modifiers in groups. */
export class KeepTimetables1700000000104 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table menus add timetable json;
      alter table menu_items rename modifiers to modifier_groups;
      -- Every modifier could be taken or left.
      update menu_items set modifier_groups = case json_array_length(modifier_groups) when 0 then '[]' else
        json_build_array(json_build_object('groupId', 'extras', 'name', 'Extras', 'min', 0, 'max', json_array_length(modifier_groups),
          'defaults', '[]'::json, 'modifiers', modifier_groups)) end`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table menus drop timetable;
      update menu_items set modifier_groups = jsonb_path_query_array(modifier_groups::jsonb, '$[*].modifiers[*]')::json;
      alter table menu_items rename modifier_groups to modifiers`);
  }
}
