import { z } from 'zod';

export const TitleId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
  .describe('Title id: lower-case letters, digits and dashes.');

export const FileId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .describe('The first 128 bits of the SHA-256 of the bytes, in hex. Unguessable, and equal on every server.');

export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256 of the bytes, in hex.');

export const PlayId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .describe('Play id: 128 bits in hex.');

export const OcaId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
  .describe('OCA id.');

export const SiteId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
  .describe('Site id: one place with one or more OCAs.');

export const RegionId = z.string().min(1).max(64).describe('Region id, as `us-east-1`.');

export const Country = z
  .string()
  .regex(/^[A-Z]{2}$/)
  .describe('ISO 3166-1 alpha-2 country code.');

export const SiteClass = z
  .enum(['embedded', 'private-peering', 'public-peering', 'full-catalog'])
  .describe('How a site reaches viewers, in the order of preference.');

export const Prefix = z.string().min(3).max(49).describe('An address prefix in CIDR form, IPv4 or IPv6.');

export const Bps = z.number().nonnegative().describe('Bits per second.');
