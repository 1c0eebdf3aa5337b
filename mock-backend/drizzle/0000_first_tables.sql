CREATE TABLE "catalog_revision" (
	"id" integer PRIMARY KEY NOT NULL,
	"revision" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ocas" (
	"oca_id" text PRIMARY KEY NOT NULL,
	"health" json,
	"health_at_ms" bigint,
	"routes" json,
	"routes_at_ms" bigint,
	"inventory" json,
	"inventory_at_ms" bigint
);
--> statement-breakpoint
CREATE TABLE "plays" (
	"account_id" text NOT NULL,
	"idempotency_key" text NOT NULL,
	"play_id" text NOT NULL,
	"title_id" text NOT NULL,
	"device" json NOT NULL,
	"created_at_ms" bigint NOT NULL,
	CONSTRAINT "plays_account_id_idempotency_key_pk" PRIMARY KEY("account_id","idempotency_key")
);
--> statement-breakpoint
CREATE TABLE "titles" (
	"title_id" text PRIMARY KEY NOT NULL,
	"revision" bigint NOT NULL,
	"title" json NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "plays_by_id" ON "plays" USING btree ("play_id");--> statement-breakpoint
CREATE INDEX "plays_by_age" ON "plays" USING btree ("created_at_ms");--> statement-breakpoint
CREATE INDEX "titles_by_revision" ON "titles" USING btree ("revision");