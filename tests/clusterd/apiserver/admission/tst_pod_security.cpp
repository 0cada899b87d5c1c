#include "clusterd/apiserver/admission/pod_security_checks.h"

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
        const JsonObject pod = boost::json::parse(spec.toStdString()).as_object();
        QStringList found;
        for (const std::string &violation :
             podSecurityViolations(restricted ? PodSecurityLevel::Restricted : PodSecurityLevel::Baseline, pod))
            found.append(QString::fromStdString(violation));
        QCOMPARE(found, violations);
        QVERIFY(podSecurityViolations(PodSecurityLevel::Privileged, pod).empty());
    }
};

QTEST_GUILESS_MAIN(PodSecurityTest)
#include "tst_pod_security.moc"
