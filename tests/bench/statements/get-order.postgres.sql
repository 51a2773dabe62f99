-- GetOrder's statement, as the service sends it to PostgreSQL, with a value in place of each parameter.
-- The test in ../src/scripts/held.rs fails when the service sends anything else, and prints this file as it must be.
SELECT "orders"."id", "orders"."profile", "orders"."mode", "orders"."caller", "orders"."request_id", "orders"."order_number",
    "orders"."held_number", "orders"."mollie_id", "orders"."placement", "orders"."status", "orders"."currency",
    "orders"."amount_minor", "orders"."version", "orders"."created_time", "orders"."expires_time", "orders"."observed_time",
    "orders"."closed_time", "orders"."billing_address", "orders"."shipping_address", "orders"."consumer_date_of_birth",
    "orders"."open_items", "orders"."held_shipments", "orders"."open_operations", "orders"."ship_by", "orders"."ship_by_cause",
    "orders"."to_capture_minor", "orders"."timer_time", "orders"."document" FROM "orders" WHERE
    "orders"."id" = :order::uuid LIMIT 1;
