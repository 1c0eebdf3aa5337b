CREATE TABLE "drains" (
	"kind" text NOT NULL,
	"id" text NOT NULL,
	"reason" text NOT NULL,
	"since_ms" bigint NOT NULL,
	CONSTRAINT "drains_kind_id_pk" PRIMARY KEY("kind","id")
);
