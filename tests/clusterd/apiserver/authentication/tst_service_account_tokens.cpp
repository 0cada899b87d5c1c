#include "clusterd/apiserver/authentication/service_account_tokens.h"

#include "clusterd/apiserver/authentication/legacy_tokens.h"
#include "core/pki/encoding.h"
#include "core/pki/jwt.h"
#include "tests/clusterd/apiserver/support/fake_reader.h"
#include "tests/clusterd/apiserver/support/manual_clock.h"

#include <QTest>

using namespace coracle;
using namespace coracle::apiserver;
using namespace std::chrono_literals;
using coracle::test::FakeReader;
using coracle::test::json;
using coracle::test::ManualDate;

namespace {

const WallTime kNow{1'800'000'000s};

const pki::PublicKey &rsaKey() {
    static const pki::PublicKey key = pki::KeyPair::generateRsa()->publicKey(); // slow to make
    return key;
}

struct Fixture {
    FakeReader reader;
    ManualDate clock{kNow};
    pki::KeyPair key = pki::KeyPair::generateEcdsa().value();
    ServiceAccountTokens tokens;

    Fixture()
        : tokens(reader, clock, systemRandom(),
                 {.issuer = "https://issuer",
                  .audiences = {"https://issuer", "api"},
                  .signingKey = key,
                  .verificationKeys = {rsaKey(), key.publicKey()}}) {
        reader.put("", "serviceaccounts", R"({"metadata":{"name":"robot","namespace":"shop","uid":"sa-1"}})");
        reader.put("", "nodes", R"({"metadata":{"name":"one","uid":"n-1"}})");
        reader.put("", "pods", R"({"metadata":{"name":"web","namespace":"shop","uid":"p-1"},
            "spec":{"serviceAccountName":"robot","nodeName":"one"}})");
    }
    Result<JsonObject> request(std::string_view spec) {
        return tokens.request({{"spec", json(spec)}}, "shop", "robot");
    }
    std::string token(std::string_view spec) { return std::string(textAt(request(spec).value(), "status", "token")); }
    std::string error(const std::string &token, const std::vector<std::string> &audiences = {}) {
        auto user = tokens.verify(token, audiences);
        return user ? (*user ? "" : "not ours") : user.error().message;
    }
};

} // namespace

class ServiceAccountTokensTest : public QObject {
    Q_OBJECT

private slots:
    void signsAndVerifies() {
        Fixture f;
        const JsonObject answer =
            f.request(R"({"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"web"}})").value();
        QCOMPARE(std::string(textAt(answer, "status", "expirationTimestamp")), std::string("2027-01-15T09:00:00Z"));
        QCOMPARE(intAt(answer, "spec", "expirationSeconds"), 3600);
        QCOMPARE(arrayAt(answer, "spec", "audiences").size(), size_t(2));
        const auto user = f.tokens.verify(textAt(answer, "status", "token"), {});
        QVERIFY(user && *user);
        QCOMPARE((*user)->name, std::string("system:serviceaccount:shop:robot"));
        QCOMPARE((*user)->uid, std::string("sa-1"));
        QVERIFY((*user)->inGroup("system:serviceaccounts") && (*user)->inGroup("system:serviceaccounts:shop"));
        QCOMPARE((*user)->extra.at("authentication.kubernetes.io/pod-name"), std::vector<std::string>{"web"});
        QCOMPARE((*user)->extra.at("authentication.kubernetes.io/node-uid"), std::vector<std::string>{"n-1"});
        QVERIFY((*user)->extra.at("authentication.kubernetes.io/credential-id")[0].starts_with("JTI="));
    }

    void podTokensLiveLonger() {
        Fixture f;
        const JsonObject answer =
            f.request(R"({"expirationSeconds":3607,"boundObjectRef":{"kind":"Pod","name":"web"}})").value();
        QCOMPARE(std::string(textAt(answer, "status", "expirationTimestamp")), std::string("2027-01-15T09:00:07Z"));
        const JsonObject claims = pki::readJwtUnverified(textAt(answer, "status", "token")).value();
        QCOMPARE(intAt(claims, "exp") - intAt(claims, "iat"), int64_t(365) * 24 * 3600);
        QCOMPARE(intAt(claims, "kubernetes.io", "warnafter") - intAt(claims, "iat"), int64_t(3607));
        const std::string other =
            f.token(R"({"expirationSeconds":3607,"audiences":["vault"],"boundObjectRef":{"kind":"Pod","name":"web"}})");
        const JsonObject foreign = pki::readJwtUnverified(other).value();
        QCOMPARE(intAt(foreign, "exp") - intAt(foreign, "iat"), int64_t(3607));
    }

    void refusesRequests_data() {
        QTest::addColumn<QByteArray>("spec");
        QTest::addColumn<int>("code");
        QTest::newRow("short") << QByteArray(R"({"expirationSeconds":599})") << 422;
        QTest::newRow("long") << QByteArray(R"({"expirationSeconds":4294967297})") << 422;
        QTest::newRow("no such pod") << QByteArray(R"({"boundObjectRef":{"kind":"Pod","name":"gone"}})") << 404;
        QTest::newRow("other pod") << QByteArray(R"({"boundObjectRef":{"kind":"Pod","name":"web","uid":"p-2"}})")
                                   << 409;
        QTest::newRow("other kind") << QByteArray(R"({"boundObjectRef":{"kind":"Service","name":"web"}})") << 400;
    }
    void refusesRequests() {
        QFETCH(QByteArray, spec);
        QFETCH(int, code);
        Fixture f;
        const auto answer = f.request(spec.toStdString());
        QVERIFY(!answer);
        QCOMPARE(answer.error().code, code);
        QCOMPARE(f.tokens.request({}, "shop", "nobody").error().code, 404);
        f.reader.put(
            "", "pods",
            R"({"metadata":{"name":"foreign","namespace":"shop","uid":"p-3"},"spec":{"serviceAccountName":"other"}})");
        QCOMPARE(f.request(R"({"boundObjectRef":{"kind":"Pod","name":"foreign"}})").error().code, 400);
    }

    void expires() {
        Fixture f;
        const std::string token = f.token(R"({"expirationSeconds":600})");
        f.clock.advance(10min + 59s);
        QCOMPARE(f.error(token), std::string());
        f.clock.advance(2s);
        QCOMPARE(f.error(token), std::string("service account token has expired"));
        f.clock.advance(-30min);
        QCOMPARE(f.error(token), std::string("service account token is not valid yet"));
    }

    void endsWithWhatItIsBoundTo() {
        Fixture f;
        const std::string token = f.token(R"({"boundObjectRef":{"kind":"Pod","name":"web"}})");
        QCOMPARE(f.error(token), std::string());
        f.reader.put(
            "", "pods",
            R"({"metadata":{"name":"web","namespace":"shop","uid":"p-1","deletionTimestamp":"2027-01-15T08:00:00Z"}})");
        f.clock.advance(59s);
        QCOMPARE(f.error(token), std::string());
        f.clock.advance(2s);
        QVERIFY(!f.error(token).empty());
        f.reader.put("", "pods", R"({"metadata":{"name":"web","namespace":"shop","uid":"p-9"}})");
        QVERIFY(!f.error(token).empty());
        f.reader.remove("", "pods", "shop/web");
        QVERIFY(!f.error(token).empty());
        const std::string account = f.token("{}");
        QCOMPARE(f.error(account), std::string());
        f.reader.put("", "serviceaccounts", R"({"metadata":{"name":"robot","namespace":"shop","uid":"sa-2"}})");
        QVERIFY(!f.error(account).empty());
    }

    void checksAudienceKeyAndIssuer() {
        Fixture f;
        const std::string token = f.token(R"({"audiences":["vault"]})");
        QCOMPARE(f.error(token), std::string("service account token is for another audience"));
        QCOMPARE(f.error(token, {"other", "vault"}), std::string());
        const pki::KeyPair stranger = pki::KeyPair::generateEcdsa().value();
        const JsonObject claims = pki::readJwtUnverified(f.token("{}")).value();
        QCOMPARE(f.error(pki::signJwt(stranger, claims).value()),
                 std::string("the token is not signed by a known key"));
        JsonObject foreign = claims;
        foreign["iss"] = "https://elsewhere";
        QCOMPARE(f.error(pki::signJwt(f.key, foreign).value()), std::string("not ours"));
        QCOMPARE(f.error("garbage"), std::string("not ours"));
    }

    void tokensOfSecretsHoldAsLongAsTheyAreThere() {
        Fixture f;
        const LegacyClaims claims{
            .namespaceName = "shop", .secret = "robot-token", .account = "robot", .accountUid = "sa-1"};
        const std::string token = pki::signJwt(f.key, claims.json()).value();
        const auto put = [&](const std::string &held) {
            JsonObject secret = json(R"({"metadata":{"name":"robot-token","namespace":"shop","uid":"s-1"}})");
            secret["data"] = JsonObject{{"token", pki::base64(held)}};
            f.reader.put("", "secrets", secret);
        };
        const std::string invalidated = "service account token has been invalidated";
        QCOMPARE(f.error(token), invalidated);
        put(token);
        const auto user = f.tokens.verify(token, {});
        QVERIFY(user && *user);
        QCOMPARE((*user)->name, std::string("system:serviceaccount:shop:robot"));
        QVERIFY((*user)->inGroup("system:serviceaccounts:shop"));
        QCOMPARE(f.error(token, {"vault"}), std::string("service account token is for another audience"));
        QCOMPARE(f.error(token, {"api"}), std::string());
        put("another");
        QCOMPARE(f.error(token), invalidated);
        put(token);
        const pki::KeyPair stranger = pki::KeyPair::generateEcdsa().value();
        QCOMPARE(f.error(pki::signJwt(stranger, claims.json()).value()),
                 std::string("the token is not signed by a known key"));
        f.reader.put("", "serviceaccounts", R"({"metadata":{"name":"robot","namespace":"shop","uid":"sa-2"}})");
        QVERIFY(!f.error(token).empty());
    }

    void publishesDiscovery() {
        Fixture f;
        const JsonObject document = f.tokens.discoveryDocument("https://api/openid/v1/jwks");
        QCOMPARE(std::string(textAt(document, "issuer")), std::string("https://issuer"));
        QCOMPARE(arrayAt(document, "id_token_signing_alg_values_supported").size(), size_t(2));
        QCOMPARE(arrayAt(f.tokens.keySet(), "keys").size(), size_t(2));
    }
};

QTEST_GUILESS_MAIN(ServiceAccountTokensTest)
#include "tst_service_account_tokens.moc"
