#include "clusterd/scheduler/configuration.h"
#include "clusterd/scheduler/plugin_registry.h"
#include "tests/clusterd/scheduler/scheduler_testing.h"

#include <QTest>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace coracle;
using namespace coracle::scheduler;

namespace {

std::string configured(const std::string &insides) {
    return "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n" + insides;
}

std::string errorOf(const std::string &insides) {
    const auto parsed = SchedulerConfiguration::parse(configured(insides));
    return parsed ? "" : parsed.error().message;
}

SchedulerConfiguration parse(const std::string &insides) {
    auto parsed = SchedulerConfiguration::parse(configured(insides));
    if (!parsed)
        qFatal("%s", parsed.error().message.c_str());
    return *parsed;
}

/// The plug-ins of an extension point of the first profile, with their weights.
std::string at(const SchedulerConfiguration &configuration, ExtensionPoint point) {
    std::string text;
    for (const EnabledPlugin &plugin : configuration.profiles.at(0).plugins[static_cast<size_t>(point)])
        text += fmt::format("{}{}:{}", text.empty() ? "" : " ", plugin.name, plugin.weight);
    return text;
}

std::string names(const Framework &framework, ExtensionPoint point) {
    return fmt::format("{}", fmt::join(framework.enabled(point), " "));
}

} // namespace

class ConfigurationTest : public QObject {
    Q_OBJECT

private slots:
    void defaultProfile() {
        scheduler::testing::Profile profile;
        QVERIFY(addDefaultPlugins(profile.framework, profile.pluginContext()));
        const Framework &framework = profile.framework;
        QCOMPARE(names(framework, ExtensionPoint::Score),
                 std::string("TaintToleration NodeAffinity NodeResourcesFit PodTopologySpread "
                             "InterPodAffinity DynamicResources NodeResourcesBalancedAllocation ImageLocality"));
        QCOMPARE(names(framework, ExtensionPoint::Bind), std::string("DefaultBinder"));
        QCOMPARE(names(framework, ExtensionPoint::PostFilter), std::string("DynamicResources DefaultPreemption"));
        std::map<std::string, int64_t> weights;
        const SchedulerConfiguration standard;
        for (const EnabledPlugin &plugin : standard.profiles.at(0).plugins[static_cast<size_t>(ExtensionPoint::Score)])
            weights[plugin.name] = plugin.weight;
        QCOMPARE(weights["TaintToleration"], int64_t(3));
        QCOMPARE(weights["NodeAffinity"], int64_t(2));
        QCOMPARE(weights["PodTopologySpread"], int64_t(2));
        QCOMPARE(weights["InterPodAffinity"], int64_t(2));
        QCOMPARE(weights["NodeResourcesFit"], int64_t(1));
    }

    void emptyConfigurationIsTheDefault() {
        const SchedulerConfiguration read = parse("");
        QCOMPARE(read.profiles.size(), size_t(1));
        QCOMPARE(read.profiles[0].schedulerName, std::string("default-scheduler"));
        QCOMPARE(at(read, ExtensionPoint::Score), at(SchedulerConfiguration(), ExtensionPoint::Score));
        QCOMPARE(read.backoff.initial, Duration(std::chrono::seconds(1)));
        QCOMPARE(read.backoff.max, Duration(std::chrono::seconds(10)));
    }

    void pluginsAreTurnedOnAndOff() {
        const SchedulerConfiguration read = parse(R"(
profiles:
- schedulerName: mine
  percentageOfNodesToScore: 30
  plugins:
    multiPoint:
      enabled: [{name: NodeResourcesFit, weight: 7}]
      disabled: [{name: ImageLocality}]
    filter:
      disabled: [{name: "*"}]
      enabled: [{name: NodeName}]
    score:
      enabled: [{name: ImageLocality, weight: 4}, {name: NodeAffinity, weight: 9}]
      disabled: [{name: TaintToleration}]
)");
        QCOMPARE(read.profiles[0].schedulerName, std::string("mine"));
        QCOMPARE(read.profiles[0].percentageOfNodesToScore, 30);
        QCOMPARE(at(read, ExtensionPoint::Filter), std::string("NodeName:1"));
        const std::string scores = at(read, ExtensionPoint::Score);
        QVERIFY2(scores.starts_with("NodeAffinity:9 "), scores.c_str());
        QVERIFY2(scores.ends_with(" ImageLocality:4"), scores.c_str());
        QVERIFY2(scores.find("NodeResourcesFit:7") != std::string::npos, scores.c_str());
        QCOMPARE(scores.find("TaintToleration"), std::string::npos);
        QCOMPARE(at(read, ExtensionPoint::PreEnqueue).find("ImageLocality"), std::string::npos);
    }

    void allValues() {
        const SchedulerConfiguration read = parse(R"(
parallelism: 4
percentageOfNodesToScore: 40
podInitialBackoffSeconds: 2
podMaxBackoffSeconds: 60
leaderElection: {leaderElect: false, leaseDuration: 30s}
clientConnection: {qps: 100, burst: 200}
profiles:
- pluginConfig:
  - name: InterPodAffinity
    args: {apiVersion: kubescheduler.config.k8s.io/v1, kind: InterPodAffinityArgs, hardPodAffinityWeight: 5}
- schedulerName: other
)");
        QCOMPARE(read.parallelism, size_t(4));
        QCOMPARE(read.profiles.size(), size_t(2));
        QCOMPARE(read.profiles[1].schedulerName, std::string("other"));
        QCOMPARE(read.profiles[1].percentageOfNodesToScore, 40);
        QVERIFY(read.profiles[0].arguments.contains("InterPodAffinity"));
        QCOMPARE(read.backoff.max, Duration(std::chrono::minutes(1)));
        const std::pair<std::string, std::string> lease("leader-elect-lease-duration", "30s");
        QCOMPARE(read.leaderElection.at(0), lease);
    }

    void extenders() {
        const SchedulerConfiguration read = parse(R"(
profiles:
- {}
- schedulerName: other
  pluginConfig:
  - name: NodeResourcesFit
    args: {ignoredResources: [a.b/c], ignoredResourceGroups: [d.e]}
extenders:
- urlPrefix: https://example.com:8443/scheduler/
  filterVerb: filter
  preemptVerb: preempt
  prioritizeVerb: prioritize
  bindVerb: bind
  weight: 3
  httpTimeout: 1500ms
  nodeCacheCapable: true
  ignorable: true
  tlsConfig: {caData: aGVsbG8=, serverName: extender}
  managedResources: [{name: example.com/foo, ignoredByScheduler: true}, {name: example.com/bar}]
- {urlPrefix: 'http://[::1]', filterVerb: f}
- {urlPrefix: 'https://10.0.0.1', enableHTTPS: true}
)");
        QCOMPARE(read.extenders.size(), size_t(3));
        const ExtenderConfiguration &first = read.extenders[0];
        QCOMPARE(first.host, std::string("example.com"));
        QCOMPARE(first.port, uint16_t(8443));
        QCOMPARE(first.path, std::string("/scheduler"));
        QCOMPARE(first.filterVerb + first.preemptVerb + first.prioritizeVerb + first.bindVerb,
                 std::string("filterpreemptprioritizebind"));
        QCOMPARE(first.weight, int64_t(3));
        QCOMPARE(first.timeout, Duration(std::chrono::milliseconds(1500)));
        QVERIFY(first.nodeCacheCapable && first.ignorable);
        QCOMPARE(first.tls->caPem, std::string("hello"));
        QCOMPARE(first.tls->serverName, std::string("extender"));
        QVERIFY(!first.tls->insecureSkipVerify);
        QCOMPARE(first.managedResources.size(), size_t(2));
        QCOMPARE(read.extenders[1].host, std::string("::1"));
        QCOMPARE(read.extenders[1].port, uint16_t(80));
        QVERIFY(!read.extenders[1].tls);
        QCOMPARE(read.extenders[1].timeout, Duration(std::chrono::seconds(5)));
        // HTTPS is wanted and nobody says who signs.
        QVERIFY(read.extenders[2].tls->insecureSkipVerify);
        QCOMPARE(read.extenders[2].port, uint16_t(443));
        // What extenders look after takes the place of what a profile ignores.
        for (const ProfileConfiguration &profile : read.profiles)
            QCOMPARE(boost::json::serialize(profile.arguments.at("NodeResourcesFit").at("ignoredResources")),
                     std::string("[\"example.com/foo\"]"));
        QVERIFY(read.profiles[1].arguments.at("NodeResourcesFit").as_object().contains("ignoredResourceGroups"));
    }

    void errors_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("error");
        auto row = [](const char *name, const char *text, const char *error) {
            QTest::newRow(name) << QString(text) << QString(error);
        };
        row("unknown", "foo: 1", "strict decoding error: unknown field \"foo\"");
        row("deep", "profiles: [{plugins: {filter: {enable: []}}}]",
            "strict decoding error: unknown field \"profiles[0].plugins.filter.enable\"");
        row("percentage", "percentageOfNodesToScore: 101",
            "percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]");
        row("backoff", "podInitialBackoffSeconds: 0",
            "podInitialBackoffSeconds: Invalid value: 0: must be greater than or equal to 1");
        row("max backoff", "{podInitialBackoffSeconds: 5, podMaxBackoffSeconds: 4}",
            "podMaxBackoffSeconds: Invalid value: 4: must be greater than or equal to PodInitialBackoffSeconds");
        row("plugin", "profiles: [{plugins: {filter: {enabled: [{name: Foo}]}}}]",
            "profiles[0].plugins.filter.enabled[0]: plugin \"Foo\" does not exist");
        row("twice", "profiles: [{plugins: {filter: {enabled: [{name: NodeName}, {name: NodeName}]}}}]",
            "profiles[0].plugins.filter.enabled[1]: plugin \"NodeName\" already registered");
        row("names", "profiles: [{}, {}]", "profiles[1].schedulerName: Duplicate value: \"default-scheduler\"");
        row("arguments", "profiles: [{pluginConfig: [{name: NodeName, args: {a: 1}}]}]",
            "profiles[0].pluginConfig[0].args of plugin \"NodeName\": the plug-in takes no arguments");
        row("weight", "profiles: [{pluginConfig: [{name: InterPodAffinity, args: {hardPodAffinityWeight: 101}}]}]",
            "profiles[0].pluginConfig[0].args of plugin \"InterPodAffinity\": hardPodAffinityWeight: Invalid value: "
            "101: not in valid range [0-100]");
        row("shape",
            "profiles: [{pluginConfig: [{name: NodeResourcesFit, args: {scoringStrategy: {type: "
            "RequestedToCapacityRatio}}}]}]",
            "profiles[0].pluginConfig[0].args of plugin \"NodeResourcesFit\": "
            "scoringStrategy.requestedToCapacityRatio.shape: Required value: at least one point must be specified");
        row("extender url", "extenders: [{urlPrefix: ftp://a}]",
            "extenders[0].urlPrefix: Invalid value: \"ftp://a\": http:// or https:// and a host are expected");
        row("extender port", "extenders: [{urlPrefix: 'http://a:70000'}]",
            "extenders[0].urlPrefix: Invalid value: \"http://a:70000\": the port is not a number below 65536");
        row("extender weight", "extenders: [{urlPrefix: 'http://a', prioritizeVerb: p}]",
            "extenders[0].weight: must have a positive weight applied to it");
        row("extender member", "extenders: [{urlPrefix: 'http://a', verb: p}]",
            "strict decoding error: unknown field \"extenders[0].verb\"");
        row("extender time", "extenders: [{urlPrefix: 'http://a', httpTimeout: 5 seconds}]",
            "extenders[0].httpTimeout: Invalid value: \"5 seconds\": must be a duration such as 5s");
        row("extender binds", "extenders: [{urlPrefix: 'http://a', bindVerb: b}, {urlPrefix: 'http://b', bindVerb: b}]",
            "extenders: Invalid value: \"found 2 extenders implementing bind\": only one extender can implement bind");
        row("extender resource", "extenders: [{urlPrefix: 'http://a', managedResources: [{name: cpu}]}]",
            "extenders[0].managedResources[0].name: Invalid value: \"cpu\": is an invalid extended resource name");
        row("extender resources",
            "extenders: [{urlPrefix: 'http://a', managedResources: [{name: a.b/c}]}, {urlPrefix: 'http://a', "
            "managedResources: [{name: a.b/d}, {name: a.b/c}]}]",
            "extenders[1].managedResources[1].name: Invalid value: \"a.b/c\": duplicate extender managed resource "
            "name");
        row("extender file", "extenders: [{urlPrefix: 'https://a', tlsConfig: {caFile: /nonexistent/ca.crt}}]",
            "extenders[0].tlsConfig.caFile: cannot open /nonexistent/ca.crt: No such file or directory");
        row("extender data", "extenders: [{urlPrefix: 'https://a', tlsConfig: {caData: '%'}}]",
            "extenders[0].tlsConfig.caData: is not base64");
        row("extender key", "extenders: [{urlPrefix: 'https://a', tlsConfig: {certData: aGVsbG8=}}]",
            "extenders[0].tlsConfig: a certificate and its key are needed together");
        row("text", "parallelism: many", "parallelism: Invalid value: \"many\": must be an integer");
    }
    void errors() {
        QFETCH(QString, text);
        QFETCH(QString, error);
        const bool flow = text.startsWith('{');
        // A flow mapping can't follow the two lines of type meta.
        const std::string plain =
            flow ? text.mid(1, text.size() - 2).replace(", pod", "\npod").toStdString() : text.toStdString();
        QCOMPARE(QString::fromStdString(errorOf(plain)), error);
    }

    void otherKindsAreRefused() {
        const auto parsed = SchedulerConfiguration::parse("apiVersion: v1\nkind: Pod\n");
        QVERIFY(!parsed);
        QVERIFY(parsed.error().message.starts_with("no kind \"Pod\" is registered for version \"v1\""));
        QVERIFY(!SchedulerConfiguration::parse(""));
        QVERIFY(!SchedulerConfiguration::parse("[1]"));
    }
};

QTEST_GUILESS_MAIN(ConfigurationTest)
#include "tst_configuration.moc"
