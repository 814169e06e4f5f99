"""Submits a job, or cancels one: submit_job.py CLIENT_PROPERTIES submit|cancel JOB_ID

Needs: pip install "confluent-kafka[avro]"
"""

import sys
import time
import uuid

from confluent_kafka import Producer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

TOPIC = "job-events"

# Lines of the file that are not for this Kafka client: Millrace's own, and those that say it Java's way.
FOR_OTHERS = ("millrace.", "sasl.jaas.", "ssl.truststore.")


def read_properties(path):
    with open(path, encoding="utf-8") as file:
        lines = (line.strip() for line in file)
        return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def payload(command):
    if command == "cancel":
        return "io.millrace.events.job.JobCancelRequested", {"reason": "changed my mind"}
    return "io.millrace.events.job.JobSubmitted", {
        "pool": "default", "queue": "batch", "team": "vision", "user": "ada", "gpus": 2, "limit_ms": 3_600_000,
    }


def main(properties_file, command, job_id):
    settings = read_properties(properties_file)
    registry = SchemaRegistryClient({"url": settings.pop("schema.registry.url")})
    serialize = AvroSerializer(registry, conf={"auto.register.schemas": False, "use.latest.version": True})

    now = int(time.time() * 1000)
    event = {
        "event_id": f"{now}-{uuid.uuid4()}",
        "occurred_at": now,
        "actor": "user:ada",
        "payload": payload(command),
    }
    kafka = {name: value for name, value in settings.items() if not name.startswith(FOR_OTHERS)}
    # As Java clients do it: a job's records meet in one partition whoever sent them.
    producer = Producer({**kafka, "partitioner": "murmur2_random", "enable.idempotence": True})

    def report(error, stored):
        if error is not None:
            sys.exit(f"{job_id} was not stored: {error}")
        print(f"{job_id} at {stored.topic()}-{stored.partition()}@{stored.offset()}")

    value = serialize(event, SerializationContext(TOPIC, MessageField.VALUE))
    producer.produce(TOPIC, key=job_id.encode(), value=value, on_delivery=report)
    producer.flush()


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[2] not in ("submit", "cancel"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
