#include "core/config/registries.h"

#include <QTest>

using namespace coracle::config;

class RegistriesTest : public QObject {
    Q_OBJECT

private slots:
    void readsAndWrites() {
        std::vector<RegistryProblem> problems;
        const std::string text = "mirrors:\n"
                                 "  docker.io:\n"
                                 "    endpoint: [\"https://mirror.local:5000/v2\", \"http://10.0.0.9\"]\n"
                                 "    rewrite:\n"
                                 "      \"^library/(.*)\": 'mine/$1'\n"
                                 "  \"*\":\n"
                                 "    endpoint: https://all.local\n"
                                 "configs:\n"
                                 "  mirror.local:5000:\n"
                                 "    auth: {username: me, password: \"a: b\"}\n"
                                 "    tls: {insecure_skip_verify: true}\n"
                                 "  ghcr.io:\n"
                                 "    auth: {token: abc}\n";
        const Registries read = Registries::parse(text, problems);
        QVERIFY(problems.empty());
        QCOMPARE(read.mirrors.size(), size_t(2));
        QCOMPARE(read.mirrors.at("docker.io").endpoints.size(), size_t(2));
        QCOMPARE(read.mirrors.at("*").endpoints.front(), std::string("https://all.local"));
        QCOMPARE(read.mirrors.at("docker.io").rewrites.at("^library/(.*)"), std::string("mine/$1"));
        QCOMPARE(read.configs.at("mirror.local:5000").password, std::string("a: b"));
        QVERIFY(read.configs.at("mirror.local:5000").insecureSkipVerify);
        QCOMPARE(read.configs.at("ghcr.io").identityToken, std::string("abc"));
        const std::string written = read.yaml();
        const Registries again = Registries::parse(written, problems);
        QVERIFY2(problems.empty(), written.c_str());
        QCOMPARE(again.yaml(), written);
        QCOMPARE(again.configs.at("mirror.local:5000").password, std::string("a: b"));
        QVERIFY(Registries::parse("", problems).yaml().empty());
        QVERIFY(problems.empty());
    }

    void problems_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("field");
        QTest::addColumn<int>("line");
        QTest::newRow("no YAML") << "mirrors: [" << "" << 1;
        QTest::newRow("no map") << "- a" << "" << 1;
        QTest::newRow("unknown section") << "mirrors:\nmirror: {}" << "mirror" << 2;
        QTest::newRow("unknown key") << "mirrors:\n  a:\n    endpoints: [\"https://b\"]" << "mirrors.a.endpoints" << 3;
        QTest::newRow("unknown secret") << "configs:\n  a:\n    auth: {passwort: x}" << "configs.a.auth.passwort" << 3;
        QTest::newRow("scheme") << "mirrors: {a: {endpoint: [\"mirror.local\"]}}" << "mirrors.a.endpoint[0]" << 0;
        QTest::newRow("user in the address") << "mirrors: {a: {endpoint: [\"https://u:p@b\"]}}"
                                             << "mirrors.a.endpoint[0]" << 0;
        QTest::newRow("registry with scheme") << "mirrors: {\"https://a\": {}}" << "mirrors.https://a" << 0;
        QTest::newRow("not a list") << "mirrors: {a: {endpoint: {b: c}}}" << "mirrors.a.endpoint" << 1;
        QTest::newRow("key without certificate")
            << "configs: {a: {tls: {key_file: /etc/passwd}}}" << "configs.a.tls" << 0;
        QTest::newRow("no such file") << "configs: {a: {tls: {ca_file: /nowhere}}}" << "configs.a.tls" << 0;
        QTest::newRow("no password") << "configs: {a: {auth: {username: me}}}" << "configs.a.auth.password" << 0;
        QTest::newRow("not a flag") << "configs: {a: {tls: {insecure_skip_verify: maybe}}}"
                                    << "configs.a.tls.insecure_skip_verify" << 1;
    }
    void problems() {
        QFETCH(QString, text);
        QFETCH(QString, field);
        QFETCH(int, line);
        std::vector<RegistryProblem> found;
        (void)Registries::parse(text.toStdString(), found);
        QCOMPARE(found.size(), size_t(1));
        QCOMPARE(QString::fromStdString(found[0].field), field);
        QCOMPARE(found[0].line, line);
        QVERIFY(!found[0].message.empty());
    }
};

QTEST_GUILESS_MAIN(RegistriesTest)
#include "tst_registries.moc"
