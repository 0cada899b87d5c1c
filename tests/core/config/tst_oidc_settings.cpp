#include "core/config/oidc_settings.h"

#include "core/base/files.h"
#include "core/config/server_config.h"

#include <QTemporaryDir>
#include <QTest>

using namespace coracle;
using namespace coracle::config;
namespace fs = std::filesystem;

class OidcSettingsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    fs::path file(const char *name) const { return fs::path(m_folder.path().toStdString()) / name; }

    static Result<std::optional<OidcSettings>> from(const std::vector<std::string> &texts) {
        std::vector<ComponentArgument> arguments;
        for (const std::string &text : texts)
            arguments.push_back(*parseComponentArgument(text));
        return OidcSettings::from(arguments);
    }

private slots:
    void thereAndBack() {
        const std::vector<std::string> texts{"oidc-issuer-url=https://id.example.org",
                                             "oidc-client-id=kubernetes",
                                             "oidc-username-claim=email",
                                             "oidc-username-prefix=-",
                                             "oidc-groups-claim=groups",
                                             "oidc-groups-prefix=oidc:",
                                             "oidc-required-claim=hd=example.org",
                                             "oidc-signing-algs=ES256,RS256",
                                             "oidc-ca-file=/etc/ca.pem"};
        const auto settings = from(texts);
        QVERIFY2(settings && *settings, settings ? "" : settings.error().message.c_str());
        QCOMPARE((*settings)->usernameClaim, std::string("email"));
        QCOMPARE((*settings)->requiredClaims.at("hd"), std::string("example.org"));
        QCOMPARE((*settings)->arguments(), texts);
        QVERIFY(!*from({"audit-log-path=x"}));
        QVERIFY(isOidcArgument("--oidc-client-id=x") && !isOidcArgument("profiling=false"));
    }

    void wrong_data() {
        QTest::addColumn<QStringList>("texts");
        QTest::addColumn<QString>("field");
        const QString issuer = "oidc-issuer-url=https://a", client = "oidc-client-id=b";
        QTest::newRow("plain http") << QStringList{"oidc-issuer-url=http://a", client} << "issuerUrl";
        QTest::newRow("query") << QStringList{issuer + "?x", client} << "issuerUrl";
        QTest::newRow("no issuer") << QStringList{client} << "issuerUrl";
        QTest::newRow("no client") << QStringList{issuer} << "clientId";
        QTest::newRow("algorithm") << QStringList{issuer, client, "oidc-signing-algs=HS256"} << "signingAlgs";
        QTest::newRow("claim") << QStringList{issuer, client, "oidc-required-claim=x"} << "requiredClaims";
        QTest::newRow("relative") << QStringList{issuer, client, "oidc-ca-file=ca.pem"} << "caFile";
        QTest::newRow("unknown") << QStringList{issuer, client, "oidc-what=x"} << "oidc-what";
    }
    void wrong() {
        QFETCH(QStringList, texts);
        QFETCH(QString, field);
        std::vector<std::string> given;
        for (const QString &text : texts)
            given.push_back(text.toStdString());
        const auto settings = from(given);
        QVERIFY(!settings);
        QCOMPARE(QString::fromStdString(settings.error().causes.at(0).field), field);
    }

    void modes() {
        const Product product = Product::named("clusterd", true, "/root");
        auto oidcOf = [&](const std::string &mode) {
            GivenFlags flags{{"config", file("config.yaml").string()},
                             {"kube-apiserver-arg", "oidc-issuer-url=https://custom"},
                             {"kube-apiserver-arg", "oidc-client-id=b"}};
            if (!mode.empty())
                flags.emplace_back("oidc", mode);
            const auto settings =
                Settings::resolve(kServer, product, flags, [](const std::string &) { return std::nullopt; });
            auto config = ServerConfig::from(settings.value(), product);
            return !config ? "error: " + config.error().message : config->oidc ? config->oidc->issuerUrl : "none";
        };
        QVERIFY(writeFileAtomic(file("config.yaml"), "", 0600).has_value());
        QCOMPARE(oidcOf(""), std::string("https://custom"));
        QCOMPARE(oidcOf("custom"), std::string("https://custom"));
        QCOMPARE(oidcOf("none"), std::string("none"));
        QCOMPARE(oidcOf("inherit"), std::string("none")); // the fleet has no file
        QVERIFY(writeFileAtomic(file("oidc.yaml"), "oidc-issuer-url: https://fleet\noidc-client-id: c\n", 0600));
        QCOMPARE(oidcOf("inherit"), std::string("https://fleet"));
        QVERIFY(writeFileAtomic(file("oidc.yaml"), "issuer: https://fleet\n", 0600));
        QVERIFY(oidcOf("inherit").find("unknown key \"issuer\"") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(OidcSettingsTest)
#include "tst_oidc_settings.moc"
