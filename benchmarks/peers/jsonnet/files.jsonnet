// One file for each object, as `jsonnet -m` writes them.
local objects = import 'objects.libsonnet';
local path(one) =
  '%s/%s-%s.json' % [one.metadata.namespace, std.asciiLower(one.kind), one.metadata.name];

function(facts) {
  [path(one)]: std.manifestJsonEx(one, '  ')
  for model in std.parseJson(facts)
  for one in objects(model)
}
