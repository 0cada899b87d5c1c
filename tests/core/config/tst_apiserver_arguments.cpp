#include "core/config/apiserver_arguments.h"

#include "core/api/schema.h"

#include <QTest>

using namespace coracle;
using namespace coracle::config;

namespace {

Result<ApiserverArguments> parse(const std::vector<std::string> &texts) {
    std::vector<ComponentArgument> arguments;
    for (const std::string &text : texts)
        arguments.push_back(parseComponentArgument(text).value());
    return ApiserverArguments::from(arguments);
}

} // namespace

class ApiserverArgumentsTest : public QObject {
    Q_OBJECT

private slots:
    void takesWhatHasAMeaning() {
        const auto arguments = parse(
            {"enable-admission-plugins=NodeRestriction,AlwaysPullImages", "--disable-admission-plugins=ServiceAccount",
             "event-ttl=30m", "default-not-ready-toleration-seconds=30", "max-requests-inflight=10",
             "service-cluster-ip-range=10.9.0.0/16,fd00::/112", "service-node-port-range=32000-32100",
             "anonymous-auth=false", "min-request-timeout=60", "v=4", "admission-control-config-file=/etc/psa.yaml"});
        QVERIFY2(arguments.has_value(), arguments ? "" : arguments.error().message.c_str());
        QCOMPARE(arguments->enableAdmissionPlugins, (std::vector<std::string>{"NodeRestriction", "AlwaysPullImages"}));
        QCOMPARE(arguments->disableAdmissionPlugins, std::vector<std::string>{"ServiceAccount"});
        QCOMPARE(arguments->eventTtl, std::chrono::seconds(1800));
        QCOMPARE(arguments->notReadyTolerationSeconds, int64_t(30));
        QCOMPARE(arguments->unreachableTolerationSeconds, int64_t(300));
        QCOMPARE(arguments->maxRequestsInflight, 10);
        QCOMPARE(arguments->maxMutatingRequestsInflight, 200);
        QCOMPARE(arguments->serviceCidrs.size(), size_t(2));
        QCOMPARE(int(arguments->nodePorts->last), 32100);
        QVERIFY(!arguments->anonymousAuth);
        QCOMPARE(arguments->minRequestTimeout, std::chrono::seconds(60));
        QCOMPARE(arguments->verbosity.value(), int64_t(4));
        QCOMPARE(arguments->admissionConfigFile.string(), std::string("/etc/psa.yaml"));
        QVERIFY(arguments->withoutEffect.empty());
    }

    void listsGrowWhereAsked() {
        const auto arguments = parse({"enable-admission-plugins=A", "enable-admission-plugins+=B,C"});
        QCOMPARE(arguments->enableAdmissionPlugins, (std::vector<std::string>{"A", "B", "C"}));
        QCOMPARE(parse({"enable-admission-plugins=A", "enable-admission-plugins=B"})->enableAdmissionPlugins,
                 std::vector<std::string>{"B"});
    }

    void tellsWhatHasNoEffect() {
        QCOMPARE(parse({"audit-log-path=/x", "profiling=false"})->withoutEffect,
                 (std::vector<std::string>{"audit-log-path", "profiling"}));
    }

    void runtimeConfig() {
        const auto arguments = parse({"runtime-config=api/beta=true", "runtime-config+=batch/v1=false,apps/v1"});
        QVERIFY2(arguments.has_value(), arguments ? "" : arguments.error().message.c_str());
        const config::RuntimeConfig &config = arguments->runtimeConfig;
        QVERIFY(config.serves(*api::findKind("coordination.k8s.io/v1beta1", "LeaseCandidate"), false));
        QVERIFY(!config.serves(*api::findKind("batch/v1", "Job"), true));
        QVERIFY(config.serves(*api::findKind("apps/v1", "Deployment"), true));
        QVERIFY(config.serves(*api::findKind("v1", "Pod"), true));
        QVERIFY(!parse({"runtime-config=api/v1=false"})->runtimeConfig.serves(*api::findKind("v1", "Pod"), true));
    }

    void refuses_data() {
        QTest::addColumn<QString>("argument");
        QTest::addColumn<QString>("error");
        QTest::newRow("key")
            << "runtime-config=v1=true"
            << "invalid argument \"v1=true\" for \"--runtime-config\" flag: runtime-config invalid key v1";
        QTest::newRow("group") << "runtime-config=nobody.io/v1=true"
                               << "invalid argument \"nobody.io/v1=true\" for \"--runtime-config\" flag: "
                                  "unknown api groups nobody.io";
        QTest::newRow("version") << "runtime-config=apps/v9=true"
                                 << "invalid argument \"apps/v9=true\" for \"--runtime-config\" flag: "
                                    "group version apps/v9 that has not been registered";
        QTest::newRow("value") << "runtime-config=api/all=maybe"
                               << "invalid argument \"api/all=maybe\" for \"--runtime-config\" flag: ";
        QTest::newRow("nothing left") << "runtime-config=api/all=false"
                                      << "invalid argument \"api/all=false\" for \"--runtime-config\" flag: "
                                         "invalid key with only api/all=false";
        QTest::newRow("unknown") << "no-such-thing-at-all=1" << "unknown flag: --no-such-thing-at-all";
        QTest::newRow("near") << "enable-admision-plugins=X"
                              << "unknown flag: --enable-admision-plugins; did you mean --enable-admission-plugins?";
        QTest::newRow("duration") << "event-ttl=soon" << "invalid argument \"soon\" for \"--event-ttl\" flag: ";
        QTest::newRow("number") << "max-requests-inflight=-1"
                                << "invalid argument \"-1\" for \"--max-requests-inflight\" flag: ";
        QTest::newRow("path") << "admission-control-config-file=psa.yaml"
                              << "invalid argument \"psa.yaml\" for \"--admission-control-config-file\" flag: "
                                 "\"psa.yaml\" is not an absolute path";
    }
    void refuses() {
        QFETCH(QString, argument);
        QFETCH(QString, error);
        const auto arguments = parse({argument.toStdString()});
        QVERIFY(!arguments);
        const QString message = QString::fromStdString(arguments.error().message);
        QVERIFY2(error.endsWith(": ") ? message.startsWith(error) : message == error, qPrintable(message));
    }
};

QTEST_GUILESS_MAIN(ApiserverArgumentsTest)
#include "tst_apiserver_arguments.moc"
