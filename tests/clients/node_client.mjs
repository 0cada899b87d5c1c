// What people do with the JavaScript client: write, read, list in pages, follow with an informer, run. Arguments: the
// folder in which the client is installed, namespace, a running pod.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';

const [folder, namespace, pod] = process.argv.slice(2);
const k8s = await import(pathToFileURL(createRequire(`${folder}/`).resolve('@kubernetes/client-node')));

const config = new k8s.KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(k8s.CoreV1Api);
const labels = { app: 'node' };
const labelSelector = 'app=node';
const configMap = (name, data = {}) => ({ metadata: { name, labels }, data });
const refused = (code, call) => assert.rejects(call, (error) => error.code === code);

// An informer, as controllers have it.
const events = [];
let deleted;
const gone = new Promise((resolve) => { deleted = resolve; });
const informer = k8s.makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`,
    () => core.listNamespacedConfigMap({ namespace, labelSelector }), labelSelector);
for (const type of ['add', 'update', 'delete'])
    informer.on(type, (object) => {
        events.push(`${type} ${object.metadata.name}`);
        if (type === 'delete' && object.metadata.name === 'one')
            deleted();
    });
await informer.start();

const made = await core.createNamespacedConfigMap({ namespace, body: configMap('one', { key: 'value' }) });
assert.ok(made.metadata.uid);
await refused(409, () => core.createNamespacedConfigMap({ namespace, body: configMap('one') }));
await refused(404, () => core.readNamespacedConfigMap({ namespace, name: 'nothing' }));
const patched = await core.patchNamespacedConfigMap(
    { namespace, name: 'one', body: { data: { more: '1' } } },
    k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch));
assert.deepEqual(patched.data, { key: 'value', more: '1' });
await refused(409, () => core.replaceNamespacedConfigMap({ namespace, name: 'one', body: made }));
const applied = await core.patchNamespacedConfigMap(
    { namespace, name: 'applied', fieldManager: 'node', force: true,
      body: { apiVersion: 'v1', kind: 'ConfigMap', ...configMap('applied', { a: 'b' }) } },
    k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.ServerSideApply));
assert.equal(applied.metadata.managedFields[0].manager, 'node');

for (let i = 0; i < 3; ++i)
    await core.createNamespacedConfigMap({ namespace, body: configMap(`page-${i}`) });
const names = [];
let next;
do {
    const page = await core.listNamespacedConfigMap({ namespace, labelSelector, limit: 2, _continue: next });
    names.push(...page.items.map((item) => item.metadata.name));
    next = page.metadata._continue;
} while (next);
assert.deepEqual(names, ['applied', 'one', 'page-0', 'page-1', 'page-2']);

let output = '';
const stdout = new PassThrough();
stdout.on('data', (piece) => { output += piece; });
const status = await new Promise((resolve, reject) => {
    new k8s.Exec(config).exec(namespace, pod, '', ['sh', '-c', 'echo from a pod; exit 3'], stdout, null, null, false,
        resolve).catch(reject);
});
assert.equal(output, 'from a pod\n');
assert.equal(status.details.causes.find((cause) => cause.reason === 'ExitCode').message, '3');

await core.deleteNamespacedConfigMap({ namespace, name: 'one' });
await gone;
await informer.stop();
const one = events.filter((event) => event.endsWith(' one'));
assert.equal(one[0], 'add one');
assert.ok(one.includes('update one'));
await core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector });
assert.equal((await core.listNamespacedConfigMap({ namespace, labelSelector })).items.length, 0);
console.log('the JavaScript client is content');
process.exit(0);
