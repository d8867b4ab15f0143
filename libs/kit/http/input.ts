import { Body, HttpCode, Param, Query, type PipeTransform } from '@nestjs/common';
import { ApiBody, ApiParam, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { DomainError, storableText } from '../core';
import { suggestion, unknownFields } from './unknown-fields';

/** The request itself is wrong: which fields, and what would be right. */
export class InvalidInput extends DomainError {
  /** A request that cannot be understood, rather than one that cannot be carried out. */
  readonly statusCode = 400;

  constructor(message: string, problems: readonly { field: string; expected: string }[] = []) {
    super('request.invalid', 'invalid', message, { problems });
  }
}

/** Lets in only what fits the schema, without fields that the schema does not know, and gives it the schema's type. */
export class Parse<Schema extends z.ZodType> implements PipeTransform<unknown, z.infer<Schema>> {
  constructor(
    private readonly schema: Schema,
    private readonly where = '',
  ) {}

  /** @throws {InvalidInput} naming every field that does not fit. */
  transform(value: unknown): z.infer<Schema> {
    const parsed = this.schema.safeParse(value ?? {});
    const unknown = unknownFields(this.schema, value).map(({ path, known }) => ({
      field: this.fieldAt(path),
      expected: suggestion(String(path.at(-1)), known),
    }));
    if (parsed.success && unknown.length === 0 && isStorable(parsed.data)) return parsed.data;
    const misfits = parsed.error?.issues.map(({ path, message }) => ({ field: this.fieldAt(path), expected: message }));
    const unstorable = [{ field: this.where, expected: 'text without U+0000 and without lone surrogates' }];
    const problems = misfits || unknown.length > 0 ? [...(misfits ?? []), ...unknown] : unstorable;
    throw new InvalidInput(
      problems.map(({ field, expected }) => `${field || 'the body'}: ${expected}`).join('; '),
      problems,
    );
  }

  private fieldAt(path: readonly PropertyKey[]): string {
    return [this.where, ...path].filter((part) => part !== '').join('.');
  }
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return storableText.test(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(isStorable);
}

/** The request's body, checked and documented by one schema. */
export function InBody(schema: z.ZodType): ParameterDecorator {
  return (target, key, index) => {
    forgetType(target, key, index);
    Body(new Parse(schema))(target, key, index);
    onMethod(target, key, ApiBody({ schema: jsonSchema(schema, 'input'), required: !schema.safeParse({}).success }));
  };
}

/** A part of the path. */
export function InPath(name: string, schema: z.ZodType<string>): ParameterDecorator {
  return (target, key, index) => {
    Param(name, new Parse(schema, name))(target, key, index);
    onMethod(target, key, ApiParam({ name, schema: jsonSchema(schema, 'input') }));
  };
}

/** The query string: an object schema, whose fields are coerced by the schema itself. */
export function InQuery(schema: z.ZodObject): ParameterDecorator {
  return (target, key, index) => {
    forgetType(target, key, index);
    Query(new Parse(schema))(target, key, index);
    for (const [name, field] of Object.entries(schema.shape)) {
      const required = !(field as z.ZodType).safeParse(undefined).success;
      onMethod(target, key, ApiQuery({ name, required, schema: jsonSchema(field as z.ZodType, 'input') }));
    }
  };
}

/**
 * Where a page of a list begins: the `next` of the page before, which is the id of its last item. One that no page of this list can have
 * given is refused.
 */
export function cursorOf(id: z.ZodType<string>) {
  // Without the id's example: a list is tried out from its beginning.
  return id.optional().meta({ description: 'The `next` of the page before.', example: undefined });
}

/** What the route answers when all goes well. */
export function Returns(status: number, schema: z.ZodType, description: string): MethodDecorator {
  return (target, key, descriptor) => {
    HttpCode(status)(target, key, descriptor);
    ApiResponse({ status, description, schema: jsonSchema(schema, 'output') })(target, key, descriptor);
  };
}

/** Where a schema and its type share a name, the compiler takes the schema for a class: Swagger must not look into it. */
function forgetType(target: object, key: string | symbol | undefined, index: number): void {
  const types = Reflect.getMetadata('design:paramtypes', target, key as string) as unknown[] | undefined;
  if (types) types[index] = Object;
}

function onMethod(target: object, key: string | symbol | undefined, decorate: MethodDecorator): void {
  const descriptor = Object.getOwnPropertyDescriptor(target, key as string);
  if (descriptor) decorate(target, key as string, descriptor);
}

/** JSON Schema 2020-12, which is what OpenAPI 3.1 speaks. */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' });
  return rest;
}
