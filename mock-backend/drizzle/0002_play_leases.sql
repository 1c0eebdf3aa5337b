ALTER TABLE "plays" ADD COLUMN "player_id" text;--> statement-breakpoint
ALTER TABLE "plays" ADD COLUMN "lease_ends_at_ms" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "plays" ADD COLUMN "ended_at_ms" bigint;--> statement-breakpoint
CREATE INDEX "plays_by_lease" ON "plays" USING btree ("account_id","lease_ends_at_ms");