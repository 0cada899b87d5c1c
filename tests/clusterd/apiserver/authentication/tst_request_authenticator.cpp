#include "clusterd/apiserver/anonymous_user.h"
#include "clusterd/apiserver/authentication/request_authenticator.h"
#include "core/pki/encoding.h"
#include "tests/clusterd/apiserver/support/fake_reader.h"
#include "tests/clusterd/apiserver/support/manual_clock.h"

#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

using namespace coracle;
using namespace coracle::apiserver;
using namespace std::chrono_literals;
using coracle::test::FakeReader;
using coracle::test::ManualDate;

namespace {

const WallTime kNow{1'800'000'000s};

struct Fixture {
    FakeReader reader;
    ManualDate clock{kNow};
    pki::CertificateAuthority ca = pki::CertificateAuthority::create("client-ca", kNow - 1h, kNow + 8760h).value();
    pki::CertificateAuthority proxyCa = pki::CertificateAuthority::create("proxy-ca", kNow - 1h, kNow + 8760h).value();
    std::unique_ptr<Authenticator> authenticator;
    http::Request request;

    Fixture() {
        auto entries =
            StaticCredentials::parse("s3cret,admin,1,\"system:masters,ops\"\n# comment\n\nother,bob,2\n").value();
        authenticator = makeAuthenticator(
            reader, clock,
            {.clientCas = pki::CertificatePool(
                 {pki::CertificateAuthority::create("old-ca", kNow - 1h, kNow + 8760h)->certificate, ca.certificate}),
             .requestHeaderCas = pki::CertificatePool({proxyCa.certificate}),
             .requestHeaderNames = {"system:auth-proxy"},
             .credentials = std::make_shared<StaticCredentials>(entries),
             .socketGroup = gid_t(4711)});
    }
    void certificate(const pki::CertificateAuthority &signer, std::string name,
                     std::vector<std::string> organizations) {
        const pki::CertificateRequest wanted{.commonName = std::move(name),
                                             .organizations = std::move(organizations),
                                             .usages = {pki::KeyUsage::DigitalSignature, pki::KeyUsage::ClientAuth},
                                             .notBefore = kNow - 1min,
                                             .notAfter = kNow + 1h};
        http::Peer peer;
        peer.certificates = std::make_shared<const std::vector<std::string>>(
            1, pki::issue(signer, wanted, pki::KeyPair::generateEcdsa()->publicKey())->der());
        request.peer = std::make_shared<const http::Peer>(peer);
    }
    Result<std::optional<UserInfo>> authenticate() {
        boost::asio::io_context context;
        Result<std::optional<UserInfo>> result = std::nullopt;
        boost::asio::co_spawn(
            context, authenticator->authenticate(request),
            [&](std::exception_ptr, Result<std::optional<UserInfo>> value) { result = std::move(value); });
        context.run();
        return result;
    }
    void bearer(const std::string &token) { request.headers.set("Authorization", "Bearer " + token); }
};

} // namespace

class RequestAuthenticatorTest : public QObject {
    Q_OBJECT

private slots:
    void certificates() {
        Fixture f;
        f.certificate(f.ca, "system:node:one", {"system:nodes"});
        for (int round = 0; round < 2; ++round) { // the second answer is remembered
            const auto user = f.authenticate();
            QVERIFY(user && *user);
            QCOMPARE((*user)->name, std::string("system:node:one"));
            QCOMPARE((*user)->groups, (std::vector<std::string>{"system:nodes", "system:authenticated"}));
        }
        f.clock.advance(2h);
        const auto expired = f.authenticate();
        QVERIFY(!expired);
        QCOMPARE(expired.error().code, 401);
        QVERIFY(expired.error().message.find("certificate expired on") != std::string::npos);
    }

    void strangersCertificates() {
        Fixture f;
        f.certificate(f.proxyCa, "system:masters", {"system:masters"});
        QVERIFY(!f.authenticate());
        f.bearer("s3cret"); // other credentials still count
        QVERIFY(f.authenticate().has_value());
    }

    void frontProxy() {
        Fixture f;
        f.request.headers.add("X-Remote-User", "ann");
        f.request.headers.add("X-Remote-Group", "devs");
        f.request.headers.add("X-Remote-Extra-Scopes", "read");
        f.certificate(f.proxyCa, "system:auth-proxy", {});
        const auto user = f.authenticate();
        QVERIFY(user && *user);
        QCOMPARE((*user)->name, std::string("ann"));
        QVERIFY((*user)->inGroup("devs"));
        QCOMPARE((*user)->extra.at("scopes"), std::vector<std::string>{"read"});
        f.certificate(f.proxyCa, "somebody", {});
        QVERIFY(!f.authenticate());
        f.certificate(f.ca, "mallory", {}); // a user's certificate makes no front proxy
        QCOMPARE((*f.authenticate())->name, std::string("mallory"));
    }

    void tokens_data() {
        QTest::addColumn<QString>("token");
        QTest::addColumn<QString>("user");
        QTest::newRow("admin") << "s3cret" << "admin";
        QTest::newRow("second") << "other" << "bob";
        QTest::newRow("wrong") << "s3creT" << "";
        QTest::newRow("prefix") << "s3cre" << "";
        QTest::newRow("bootstrap") << "abcdef.0123456789abcdef" << "system:bootstrap:abcdef";
        QTest::newRow("bootstrap, wrong secret") << "abcdef.0123456789abcdee" << "";
        QTest::newRow("bootstrap, unknown") << "abcdeg.0123456789abcdef" << "";
        QTest::newRow("bootstrap, expired") << "expire.0123456789abcdef" << "";
        QTest::newRow("bootstrap, for signing only") << "signin.0123456789abcdef" << "";
        QTest::newRow("bootstrap, bad group") << "groups.0123456789abcdef" << "";
    }
    void tokens() {
        QFETCH(QString, token);
        QFETCH(QString, user);
        Fixture f;
        auto put = [&](const std::string &id, std::map<std::string, std::string> more) {
            JsonObject data;
            more.insert(
                {{"token-id", id}, {"token-secret", "0123456789abcdef"}, {"usage-bootstrap-authentication", "true"}});
            for (const auto &[key, value] : more)
                data[key] = pki::base64(value);
            f.reader.put(
                "", "secrets",
                JsonObject{{"metadata", JsonObject{{"name", "bootstrap-token-" + id}, {"namespace", "kube-system"}}},
                           {"type", "bootstrap.kubernetes.io/token"},
                           {"data", data}});
        };
        put("abcdef", {{"auth-extra-groups", "system:bootstrappers:workers"}, {"expiration", "2027-01-15T09:00:00Z"}});
        put("expire", {{"expiration", "2027-01-15T07:59:59Z"}});
        put("signin", {{"usage-bootstrap-authentication", "false"}});
        put("groups", {{"auth-extra-groups", "system:masters"}});
        f.bearer(token.toStdString());
        const auto answer = f.authenticate();
        QCOMPARE(answer.has_value(), !user.isEmpty());
        if (!answer) {
            QCOMPARE(answer.error().code, 401);
            return;
        }
        QCOMPARE((*answer)->name, user.toStdString());
        QVERIFY((*answer)->inGroup("system:authenticated"));
        if (user.startsWith("system:bootstrap"))
            QVERIFY((*answer)->inGroup("system:bootstrappers") && (*answer)->inGroup("system:bootstrappers:workers"));
    }

    void sockets_data() {
        QTest::addColumn<int>("uid");
        QTest::addColumn<int>("gid");
        QTest::addColumn<bool>("trusted");
        QTest::newRow("root") << 0 << 0 << true;
        QTest::newRow("group") << 54321 << 4711 << true;
        QTest::newRow("somebody") << 54321 << 54321 << false;
    }
    void sockets() {
        QFETCH(int, uid);
        QFETCH(int, gid);
        QFETCH(bool, trusted);
        Fixture f;
        http::Peer peer;
        peer.uid = static_cast<uid_t>(uid);
        peer.gid = static_cast<gid_t>(gid);
        f.request.peer = std::make_shared<const http::Peer>(peer);
        const auto user = f.authenticate();
        QCOMPARE(user.has_value(), trusted);
        if (user)
            QVERIFY((*user)->inGroup("system:masters"));
    }

    void nothingIsAnonymous() {
        Fixture f;
        const auto user = f.authenticate();
        QVERIFY(user && !*user);
        QVERIFY(anonymousUser().inGroup("system:unauthenticated"));
    }

    void webSocketTokens() {
        http::Headers headers;
        headers.add("Sec-WebSocket-Protocol",
                    "v5.channel.k8s.io, base64url.bearer.authorization.k8s.io." + pki::base64Url("s3cret"));
        QCOMPARE(bearerToken(headers), std::string("s3cret"));
        headers.set("Authorization", "bearer  abc ");
        QCOMPARE(bearerToken(headers), std::string("abc"));
        headers.set("Authorization", "Basic abc");
        headers.remove("Sec-WebSocket-Protocol");
        QCOMPARE(bearerToken(headers), std::string());
    }

    void tokenFiles_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("error");
        QTest::newRow("short") << QByteArray("a,b\n") << "line 1 of the token file is not";
        QTest::newRow("no user") << QByteArray("x,u,1\na,,1\n") << "line 2 of the token file has an empty";
        QTest::newRow("open quote") << QByteArray("a,b,1,\"c\n") << "line 1 of the token file is not";
    }
    void tokenFiles() {
        QFETCH(QByteArray, text);
        QFETCH(QString, error);
        const auto parsed = StaticCredentials::parse(text.toStdString());
        QVERIFY(!parsed);
        QVERIFY2(parsed.error().message.starts_with(error.toStdString()), parsed.error().message.c_str());
    }

    void credentialsCanChange() {
        StaticCredentials credentials(StaticCredentials::parse("p1,node,n,g\n").value());
        QVERIFY(credentials.byPassword("node", "p1") && !credentials.byPassword("nobody", "p1"));
        credentials.replace(StaticCredentials::parse("p2,node,n,g\n").value());
        QVERIFY(!credentials.byToken("p1") && credentials.byToken("p2"));
    }
};

QTEST_GUILESS_MAIN(RequestAuthenticatorTest)
#include "tst_request_authenticator.moc"
