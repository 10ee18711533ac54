// The part of the contract that the jobs touch, in zod.
import { z } from "@hono/zod-openapi";

export const ENGINES = ["numerology", "biorhythm", "tarot", "iching"];

export const Health = z.object({ status: z.literal("ok"), version: z.string().max(64) }).openapi("Health");

export const Reading = z
  .object({
    id: z.uuid(),
    engine: z.enum(ENGINES),
    engine_version: z.string().max(20),
    title: z.string().max(200),
    summary: z.string().max(1000),
    input: z.record(z.string(), z.unknown()),
    input_hash: z.string().length(64),
    result: z.record(z.string(), z.unknown()),
    source: z.enum(["embedded", "cache"]),
    degraded: z.boolean(),
    favourite: z.boolean(),
    note: z.string().max(4000).nullable(),
    rating: z.int().min(0).max(5),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    version: z.int().min(1),
  })
  .openapi("Reading");

export const ReadingPage = z
  .object({ items: z.array(Reading), has_more: z.boolean(), next_cursor: z.string().nullable() })
  .openapi("ReadingPage");

export const ListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(512).regex(/^[A-Za-z0-9_-]+$/).optional(),
});

export const NumerologyInput = z
  .strictObject({
    full_name: z.string().min(1).max(200),
    birth_date: z.iso.date(),
    preferred_name: z.string().min(1).max(200).nullish(),
    system: z.enum(["pythagorean", "chaldean"]).default("pythagorean"),
    current_year: z.int().min(1).max(9999).nullish(),
  })
  .openapi("NumerologyInput");

export const Calculation = z
  .object({
    engine: z.enum(ENGINES),
    engine_version: z.string().max(20),
    input_hash: z.string().length(64),
    source: z.enum(["embedded", "cache"]),
    degraded: z.boolean(),
    title: z.string().max(200),
    summary: z.string().max(1000),
    result: z.record(z.string(), z.unknown()),
  })
  .openapi("Calculation");

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    request_id: z.string().optional(),
    violations: z.array(z.object({ pointer: z.string(), code: z.string(), message: z.string() })).optional(),
  })
  .openapi("Problem");
