# What people do with the Ruby client: write, read, list in pages, watch. Argument: namespace.
require 'kubeclient'

namespace, = ARGV
context = Kubeclient::Config.read(ENV.fetch('KUBECONFIG')).context
client = Kubeclient::Client.new(context.api_endpoint, 'v1', ssl_options: context.ssl_options,
                                                            auth_options: context.auth_options)

def expect(what, condition)
  raise "not so: #{what}" unless condition
end

def refused(code)
  yield
rescue Kubeclient::HttpError => e
  expect "#{code}, but #{e.error_code}: #{e.message}", e.error_code == code
else
  raise "not refused with #{code}"
end

def config_map(namespace, name, data = {})
  Kubeclient::Resource.new(metadata: { name: name, namespace: namespace, labels: { app: 'ruby' } }, data: data)
end

client.discover
expect 'pods are known', client.respond_to?(:get_pods)

start = client.get_config_maps(namespace: namespace).resourceVersion
watcher = client.watch_config_maps(namespace: namespace, resource_version: start, label_selector: 'app=ruby')
seen = Queue.new
Thread.new { watcher.each { |notice| seen << [notice.type, notice.object.metadata.name] } }

made = client.create_config_map(config_map(namespace, 'one', key: 'value'))
expect 'it has a uid', made.metadata.uid
refused(409) { client.create_config_map(config_map(namespace, 'one')) }
expect 'it can be read', client.get_config_map('one', namespace).data.key == 'value'
refused(404) { client.get_config_map('nothing', namespace) }
client.patch_config_map('one', { data: { key: 'other' } }, namespace)
expect 'it was patched', client.get_config_map('one', namespace).data.key == 'other'
client.merge_patch_config_map('one', { data: { more: '1' } }, namespace)
expect 'it was merged', client.get_config_map('one', namespace).data.to_h == { key: 'other', more: '1' }
refused(409) { client.update_config_map(made) } # it was changed meanwhile

3.times { |i| client.create_config_map(config_map(namespace, "page-#{i}")) }
names = []
token = nil
loop do
  page = client.get_config_maps(namespace: namespace, label_selector: 'app=ruby', limit: 2, continue: token)
  names += page.map { |item| item.metadata.name }
  token = page.continue
  break if page.last?
end
expect "all pages: #{names}", names == %w[one page-0 page-1 page-2]

client.delete_config_map('one', namespace)
events = []
Timeout.timeout(30) { events << seen.pop until events.last == %w[DELETED one] }
watcher.finish
expect "events: #{events}", events.first == %w[ADDED one] && events.count(%w[MODIFIED one]) == 2
names.drop(1).each { |name| client.delete_config_map(name, namespace) }
expect 'all are gone', client.get_config_maps(namespace: namespace, label_selector: 'app=ruby').empty?
puts 'the Ruby client is content'
