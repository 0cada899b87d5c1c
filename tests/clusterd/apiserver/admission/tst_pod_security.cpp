#include "clusterd/apiserver/admission/pod_security_policy.h"

#include <QRegularExpression>
#include <QTest>
#include <boost/json/parse.hpp>

using namespace coracle::apiserver;

class PodSecurityTest : public QObject {
    Q_OBJECT

private slots:
    void judges_data() {
        QTest::addColumn<bool>("restricted");
        QTest::addColumn<QByteArray>("spec");
        QTest::addColumn<QStringList>("violations");
        const QByteArray good = R"({"securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}},
            "containers":[{"name":"c","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":
            ["ALL"]}}}],
            "volumes":[{"name":"v","emptyDir":{}}]})";
        auto baseline = [](const char *name, const char *spec, QStringList violations) {
            QTest::newRow(name) << false << QByteArray(spec) << violations;
        };
        QTest::newRow("good") << true << good << QStringList();
        baseline("plain", R"({"containers":[{"name":"c"}]})", {});
        QTest::newRow("plain, restricted")
            << true << QByteArray(R"({"containers":[{"name":"c"}]})")
            << QStringList{
                   "allowPrivilegeEscalation != false (container \"c\" must set "
                   "securityContext.allowPrivilegeEscalation=false)",
                   "unrestricted capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"])",
                   "runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true)",
                   "seccompProfile (pod or container \"c\" must set securityContext.seccompProfile.type to "
                   "\"RuntimeDefault\" or \"Localhost\")"};
        baseline("host namespaces", R"({"hostNetwork":true,"hostPID":true,"containers":[{"name":"c"}]})",
                 {"host namespaces (hostNetwork=true, hostPID=true)"});
        baseline("privileged", R"({"containers":[{"name":"a","securityContext":{"privileged":true}}],
                 "initContainers":[{"name":"b","securityContext":{"privileged":true}}]})",
                 {"privileged (containers \"b\", \"a\" must not set securityContext.privileged=true)"});
        baseline("capability",
                 R"({"containers":[{"name":"c","securityContext":{"capabilities":{"add":["NET_ADMIN","CHOWN"]}}}]})",
                 {"non-default capabilities (container \"c\" must not include \"NET_ADMIN\" in "
                  "securityContext.capabilities.add)"});
        baseline("host path", R"({"containers":[{"name":"c"}],"volumes":[{"name":"v","hostPath":{"path":"/"}}]})",
                 {"hostPath volumes (volume \"v\")"});
        baseline("host port", R"({"containers":[{"name":"c","ports":[{"hostPort":80}]}]})",
                 {"hostPort (container \"c\" uses hostPort 80)"});
        baseline("proc mount", R"({"containers":[{"name":"c","securityContext":{"procMount":"Unmasked"}}]})",
                 {"procMount (container \"c\" must not set securityContext.procMount to \"Unmasked\")"});
        baseline("seccomp",
                 R"({"securityContext":{"seccompProfile":{"type":"Unconfined"}},"containers":[{"name":"c"}]})",
                 {"seccompProfile (pod must not set securityContext.seccompProfile.type to \"Unconfined\")"});
        baseline("sysctl",
                 R"({"securityContext":{"sysctls":[{"name":"kernel.msgmax"},{"name":"net.ipv4.tcp_syncookies"}]},
            "containers":[]})",
                 {"forbidden sysctls (kernel.msgmax)"});
        baseline("safe selinux",
                 R"({"securityContext":{"seLinuxOptions":{"type":"container_t","level":"s0"}},"containers":[]})", {});
        baseline("selinux",
                 R"({"securityContext":{"seLinuxOptions":{"type":"spc_t","user":"u"}},"containers":[{"name":"c",
            "securityContext":{"seLinuxOptions":{"role":"r"}}}]})",
                 {"seLinuxOptions (pod and container \"c\" set forbidden securityContext.seLinuxOptions: type "
                  "\"spc_t\"; user may not be set; role may not be set)"});
        baseline("apparmor",
                 R"({"securityContext":{"appArmorProfile":{"type":"Unconfined"}},"containers":[{"name":"c",
            "securityContext":{"appArmorProfile":{"type":"Unconfined"}}}]})",
                 {"forbidden AppArmor profile (pod and container \"c\" must not set AppArmor profile type to "
                  "\"Unconfined\")"});
        baseline("host process",
                 R"({"containers":[{"name":"c","securityContext":{"windowsOptions":{"hostProcess":true}}}]})",
                 {"hostProcess (container \"c\" must not set securityContext.windowsOptions.hostProcess=true)"});
        QTest::newRow("order") << true << QByteArray(R"({"hostNetwork":true,"securityContext":{"runAsNonRoot":false,
            "seccompProfile":{"type":"Unconfined"}},"containers":[],"volumes":[{"name":"v","hostPath":{"path":"/"}}]})")
                               << QStringList{"host namespaces (hostNetwork=true)",
                                              "restricted volume types (volume \"v\" uses restricted volume type "
                                              "\"hostPath\")",
                                              "runAsNonRoot != true (pod must not set "
                                              "securityContext.runAsNonRoot=false)",
                                              "seccompProfile (pod must not set securityContext.seccompProfile.type "
                                              "to \"Unconfined\")"};
        QTest::newRow("volume types")
            << true << QByteArray(good).replace("\"emptyDir\"", "\"nfs\"")
            << QStringList{"restricted volume types (volume \"v\" uses restricted volume type \"nfs\")"};
        QTest::newRow("root user") << true
                                   << QByteArray(good).replace("\"runAsNonRoot\":true",
                                                               "\"runAsNonRoot\":true,\"runAsUser\":0")
                                   << QStringList{"runAsUser=0 (pod must not set runAsUser=0)"};
    }
    void judges() {
        QFETCH(bool, restricted);
        QFETCH(QByteArray, spec);
        QFETCH(QStringList, violations);
        const JsonObject pod{{"spec", boost::json::parse(spec.toStdString())}};
        const auto level = restricted ? PodSecurityLevel::Restricted : PodSecurityLevel::Baseline;
        QCOMPARE(found(level, kLatestPodSecurity, pod), violations);
        QVERIFY(found(PodSecurityLevel::Privileged, kLatestPodSecurity, pod).isEmpty());
    }

    /// A rule holds from a version on.
    void versions_data() {
        QTest::addColumn<bool>("restricted");
        QTest::addColumn<QByteArray>("spec");
        QTest::addColumn<QString>("reason");
        QTest::addColumn<int>("last");  // version at which it is one way
        QTest::addColumn<int>("first"); // and the other from here on
        QTest::addColumn<bool>("refusedFirst");
        QTest::newRow("capabilities") << true << QByteArray(R"({"containers":[{"name":"c"}]})")
                                      << "unrestricted capabilities" << 21 << 22 << false;
        QTest::newRow("root user") << true << QByteArray(R"({"securityContext":{"runAsUser":0},"containers":[]})")
                                   << "runAsUser=0" << 22 << 23 << false;
        QTest::newRow("windows") << true << QByteArray(R"({"os":{"name":"windows"},"containers":[{"name":"c"}]})")
                                 << "allowPrivilegeEscalation != false" << 24 << 25 << true;
        QTest::newRow("sysctl") << false
                                << QByteArray(R"({"securityContext":{"sysctls":[{"name":"net.ipv4.tcp_rmem"}]}})")
                                << "forbidden sysctls" << 31 << 32 << true;
        QTest::newRow("selinux") << false
                                 << QByteArray(
                                        R"({"securityContext":{"seLinuxOptions":{"type":"container_engine_t"}}})")
                                 << "seLinuxOptions" << 30 << 31 << true;
        QTest::newRow("probe host")
            << false
            << QByteArray(R"({"containers":[{"name":"c","livenessProbe":{"httpGet":{"host":"10.0.0.1","port":80}}}]})")
            << "probe or lifecycle host" << 33 << 34 << false;
    }
    void versions() {
        QFETCH(bool, restricted);
        QFETCH(QByteArray, spec);
        QFETCH(QString, reason);
        QFETCH(int, last);
        QFETCH(int, first);
        QFETCH(bool, refusedFirst);
        const JsonObject pod{{"spec", boost::json::parse(spec.toStdString())}};
        const auto level = restricted ? PodSecurityLevel::Restricted : PodSecurityLevel::Baseline;
        auto refuses = [&](int version) {
            return !found(level, version, pod)
                        .filter(QRegularExpression("^" + QRegularExpression::escape(reason)))
                        .isEmpty();
        };
        QCOMPARE(refuses(last), refusedFirst);
        QCOMPARE(refuses(first), !refusedFirst);
    }

    void readsLabels() {
        const PodSecurityPolicy none = podSecurityPolicy({}, {});
        QCOMPARE(none.enforce.text(), std::string("privileged:latest"));
        std::vector<coracle::StatusCause> causes;
        const PodSecurityPolicy policy =
            podSecurityPolicy(boost::json::parse(R"({"pod-security.kubernetes.io/enforce":"baseline",
                "pod-security.kubernetes.io/enforce-version":"v1.24","pod-security.kubernetes.io/audit":"none",
                "pod-security.kubernetes.io/audit-version":"1.2"})")
                                  .as_object(),
                              {}, &causes);
        QCOMPARE(policy.enforce.text(), std::string("baseline:v1.24"));
        QCOMPARE(policy.enforce.minorVersion(), 24);
        QCOMPARE(policy.audit.text(), std::string("privileged:latest"));
        QCOMPARE(policy.warn.text(), std::string("baseline:v1.24")); // follows what is enforced
        QCOMPARE(causes.size(), size_t(2));
        QCOMPARE(causes[0].field, std::string("metadata.labels[pod-security.kubernetes.io/audit]"));
        QCOMPARE(causes[0].message,
                 std::string("Invalid value: \"none\": must be one of privileged, baseline, restricted"));
        QCOMPARE(causes[1].message, std::string("Invalid value: \"1.2\": must be \"latest\" or \"v1.x\""));
        const PodSecurityPolicy wrong =
            podSecurityPolicy(boost::json::parse(R"({"pod-security.kubernetes.io/enforce":"strict"})").as_object(), {});
        QCOMPARE(wrong.enforce.text(), std::string("restricted:latest"));
    }

    void readsConfiguration() {
        const auto options =
            PodSecurityOptions::from(boost::json::parse(R"({"apiVersion":"pod-security.admission.config.k8s.io/v1",
                "kind":"PodSecurityConfiguration","defaults":{"enforce":"baseline","enforce-version":"v1.30"},
                "exemptions":{"usernames":["ann"],"namespaces":["kube-system"],"runtimeClasses":["vm"]}})")
                                         .as_object());
        QVERIFY(options.has_value());
        QCOMPARE(options->defaults.enforce.text(), std::string("baseline:v1.30"));
        QCOMPARE(options->exemptUsers, std::vector<std::string>{"ann"});
        QCOMPARE(options->exemptNamespaces, std::vector<std::string>{"kube-system"});
        QCOMPARE(options->exemptRuntimeClasses, std::vector<std::string>{"vm"});
        const auto wrong =
            PodSecurityOptions::from(boost::json::parse(R"({"apiVersion":"pod-security.admission.config.k8s.io/v1",
                "kind":"PodSecurityConfiguration","defaults":{"enforce":"strict"}})")
                                         .as_object());
        QCOMPARE(wrong.error().message, std::string("defaults.enforce: Invalid value: \"strict\": must be one of "
                                                    "privileged, baseline, restricted"));
    }

private:
    static QStringList found(PodSecurityLevel level, int version, const JsonObject &pod) {
        QStringList texts;
        for (const PodSecurityViolation &violation : podSecurityViolations(level, version, pod))
            texts.append(QString::fromStdString(violation.text()));
        return texts;
    }
};

QTEST_GUILESS_MAIN(PodSecurityTest)
#include "tst_pod_security.moc"
