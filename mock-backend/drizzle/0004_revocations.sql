CREATE TABLE "revocations" (
	"kind" text NOT NULL,
	"id" text NOT NULL,
	"issued_before_ms" bigint,
	"made_at_ms" bigint NOT NULL,
	"expires_at_ms" bigint NOT NULL,
	"reason" text NOT NULL,
	"revision" bigint NOT NULL,
	CONSTRAINT "revocations_kind_id_pk" PRIMARY KEY("kind","id")
);
--> statement-breakpoint
CREATE INDEX "revocations_by_revision" ON "revocations" USING btree ("revision");--> statement-breakpoint
CREATE INDEX "revocations_by_expiry" ON "revocations" USING btree ("expires_at_ms");