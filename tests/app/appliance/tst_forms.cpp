#include "app/appliance/oidc_form.h"
#include "app/appliance/registry_form.h"
#include "appliance_test.h"

using namespace coracle::app;

class FormsTest : public ApplianceTest {
    Q_OBJECT

private Q_SLOTS:
    void checksTheIdentityProvider() {
        OidcForm form;
        form.setSession(m_session.get());
        QTRY_COMPARE(form.state(), ViewState::Ready);
        QVERIFY(!form.edited());
        form.setMode("custom");
        form.set("issuerUrl", "http://login.example.com");
        form.set("clientId", "home");
        QTRY_VERIFY2(!form.fieldErrors().value("issuerUrl").toString().isEmpty(), qPrintable(form.errorsText()));
        QVERIFY(!form.canApply());
        form.set("issuerUrl", "https://login.example.com");
        form.set("requiredClaims", "hd=example.com, org=home");
        form.set("signingAlgs", "RS256,ES256");
        QTRY_VERIFY2(form.canApply(), qPrintable(form.errorsText()));
        QVERIFY(!form.diffText().isEmpty());
        form.apply(false);
        QTRY_VERIFY(form.pendingRestart());
        QVERIFY(!form.edited());
    }

    void editsRegistries() {
        RegistryForm form;
        form.setSession(m_session.get());
        QTRY_COMPARE(form.state(), ViewState::Ready);
        form.put("docker.io", "https://mirror.example.com\n\n https://other.example.com ", "", "", "", false);
        form.put("registry.example.com:5000", "", "me", "secret", "", true);
        QCOMPARE(form.rows()->count(), 2);
        const int own = rowOfKey(*form.rows(), "registry.example.com:5000");
        QCOMPARE(roleOf(*form.rows(), own, "tone").toString(), QString("warning"));
        QCOMPARE(roleOf(*form.rows(), rowOfKey(*form.rows(), "docker.io"), "endpoints").toString(),
                 QString("https://mirror.example.com\nhttps://other.example.com"));
        QTRY_VERIFY2(form.canApply(), qPrintable(form.errorsText()));
        QVERIFY2(form.diffText().contains("mirror.example.com"), qPrintable(form.diffText()));
        QVERIFY(!form.diffText().contains("secret"));
        form.discard();
        QCOMPARE(form.rows()->count(), 0);
    }

    void refusesBadYaml() {
        RegistryForm form;
        form.setSession(m_session.get());
        QTRY_COMPARE(form.state(), ViewState::Ready);
        form.setYaml("mirrors: [");
        QTRY_VERIFY(!form.errorsText().isEmpty());
        QVERIFY(!form.canApply());
        form.discard();
        QVERIFY(!form.edited());
    }
};

QTEST_GUILESS_MAIN(FormsTest)
#include "tst_forms.moc"
