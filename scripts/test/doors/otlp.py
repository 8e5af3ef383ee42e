"""Exports metrics with the OpenTelemetry SDK and its OTLP/HTTP exporter, as they are.

Usage: otlp.py <DSM's URL> <token> <none|gzip|deflate>. Writes one line of JSON when it is done.
"""
import json
import sys

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.metrics import Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource

url, token, compression = sys.argv[1:]

exporter = OTLPMetricExporter(
    endpoint=f'{url}/v1/metrics', headers={'authorization': f'Bearer {token}'}, compression=Compression(compression)
)
provider = MeterProvider(
    resource=Resource.create({'service.name': 'climate', 'host.name': 'attic-pi', 'floor': 3}),
    metric_readers=[PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)]
)
meter = provider.get_meter('sensors', '1.2')
meter.create_observable_gauge('room.temperature', [lambda options: [Observation(0.1, {'room': 'west'})]], unit='Cel')
meter.create_observable_gauge('room.zero', [lambda options: [Observation(-0.0)]])
meter.create_counter('room.openings', unit='1').add(9223372036854775807)
meter.create_up_down_counter('room.people').add(-2)
histogram = meter.create_histogram('room.noise', unit='dB', explicit_bucket_boundaries_advisory=[10.0, 50.0])
for value in (1.5, 20, 60):
    histogram.record(value)

# Exports what was measured, once; a failure would be an exception or a line of the log.
provider.shutdown()
print(json.dumps({'exported': True}))
