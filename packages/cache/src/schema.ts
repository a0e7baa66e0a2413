import { CacheError, refuse } from './errors.ts';

type StandardResult<Value> =
  | { readonly value: Value; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] };

/** Anything with `parse` that throws (zod, valibot's parser, a function of yours), or a Standard Schema that answers at once. */
export type Schema<Value> =
  | { readonly parse: (input: unknown) => Value }
  | {
      readonly '~standard': {
        readonly validate: (input: unknown) => StandardResult<Value> | Promise<StandardResult<Value>>;
      };
    };

/** Read-only all the way down. */
export type Frozen<Value> = Value extends string | number | boolean | null | undefined
  ? Value
  : { readonly [Name in keyof Value]: Frozen<Value[Name]> };

function validated<Value>(schema: Schema<Value>, input: unknown): Value {
  if ('parse' in schema) return schema.parse(input);
  const result = schema['~standard'].validate(input);
  if (result instanceof Promise) return refuse('misused', 'A schema of the cache has to answer at once.');
  if (result.issues !== undefined)
    return refuse('bad-value', result.issues.map(({ message }) => message).join('; '));
  return result.value;
}

/** Only plain data can be shared by all who ask: whatever else has parts that freezing does not reach. */
function freeze<Value>(value: Value): asserts value is Value & Frozen<Value> {
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint')
    refuse('bad-value', 'A value of the cache has to be plain data.');
  if (typeof value !== 'object' || value === null) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null)
    refuse('bad-value', 'A value of the cache has to be plain data: numbers, texts, lists, records.');
  for (const each of Object.values(value)) freeze(each);
  Object.freeze(value);
}

/** The value that a text stands for. Everybody gets it from here, also whoever has just loaded it. @throws CacheError `bad-value` */
export function decode<Value>(schema: Schema<Value>, text: string): Frozen<Value> {
  try {
    const value = validated(schema, JSON.parse(text));
    freeze(value);
    return value;
  } catch (error) {
    if (error instanceof CacheError) throw error;
    throw new CacheError('bad-value', 'This is not what the schema says.', { cause: error });
  }
}

/** @throws CacheError `bad-value` where it has no JSON */
export function encode(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw new CacheError('bad-value', 'This value has no JSON.', { cause: error });
  }
  return text ?? refuse('bad-value', 'This value has no JSON.');
}
