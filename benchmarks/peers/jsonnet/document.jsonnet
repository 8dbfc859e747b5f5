// All objects as one document.
local objects = import 'objects.libsonnet';

function(facts) {
  apiVersion: 'v1',
  kind: 'List',
  items: std.flatMap(objects, std.parseJson(facts)),
}
