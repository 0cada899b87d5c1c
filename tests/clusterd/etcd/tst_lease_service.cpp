#include "tests/clusterd/etcd/etcd_fixture.h"

using namespace coracle;
using namespace coracle::etcd::testing;

class LeaseServiceTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<EtcdFixture> m_etcd;

    pb::LeaseTimeToLiveResponse timeToLive(int64_t id) {
        pb::LeaseTimeToLiveRequest request;
        request.set_id(id);
        request.set_keys(true);
        return EtcdFixture::must(m_etcd->call<pb::LeaseTimeToLiveResponse>("Lease/LeaseTimeToLive", request));
    }
    grpc::Status revoke(int64_t id) {
        pb::LeaseRevokeRequest request;
        request.set_id(id);
        const auto done = m_etcd->call<pb::LeaseRevokeResponse>("Lease/LeaseRevoke", request);
        return done ? grpc::Status::OK : done.error();
    }
    int64_t keptAlive(Stream &stream, int64_t id) {
        pb::LeaseKeepAliveRequest request;
        request.set_id(id);
        stream.write(request);
        return stream.read<pb::LeaseKeepAliveResponse>()->ttl();
    }

private slots:
    void init() { m_etcd = std::make_unique<EtcdFixture>(); }
    void cleanup() { m_etcd.reset(); }

    void grants() {
        const pb::LeaseGrantResponse one = m_etcd->grant(100), two = m_etcd->grant(100);
        QCOMPARE(one.ttl(), 100);
        QVERIFY(one.id() != two.id() && one.id() > 0);
        m_etcd->put("k", "v", one.id());
        m_etcd->put("l", "v", two.id());
        QCOMPARE(m_etcd->get("k").kvs(0).lease(), one.id());
        const pb::LeaseTimeToLiveResponse left = timeToLive(one.id());
        QVERIFY(left.ttl() > 90 && left.ttl() <= 100);
        QCOMPARE(left.grantedttl(), 100);
        QCOMPARE(left.keys_size(), 1);
        QCOMPARE(left.keys(0), std::string("k"));
        const auto all =
            EtcdFixture::must(m_etcd->call<pb::LeaseLeasesResponse>("Lease/LeaseLeases", pb::LeaseLeasesRequest()));
        QCOMPARE(all.leases_size(), 2);
        QCOMPARE(timeToLive(12345).ttl(), -1);
    }

    void takesTheClientsId() {
        QCOMPARE(m_etcd->grant(60, 77).id(), 77);
        pb::LeaseGrantRequest again;
        again.set_id(77);
        again.set_ttl(60);
        const auto refused = m_etcd->call<pb::LeaseGrantResponse>("Lease/LeaseGrant", again);
        QCOMPARE(refused.error().error_message(), std::string("etcdserver: lease already exists"));
        again.set_id(0);
        again.set_ttl(int64_t{1} << 40);
        const auto tooLong = m_etcd->call<pb::LeaseGrantResponse>("Lease/LeaseGrant", again);
        QCOMPARE(tooLong.error().error_code(), grpc::OUT_OF_RANGE);
    }

    void keysEndWithTheirLease() {
        const int64_t lease = m_etcd->grant(1).id();
        m_etcd->put("short", "v", lease);
        m_etcd->put("kept", "v", lease);
        m_etcd->put("kept", "w"); // without the lease
        QTRY_COMPARE_WITH_TIMEOUT(m_etcd->get("short").count(), 0, 20000);
        QCOMPARE(m_etcd->get("kept").count(), 1);
        QCOMPARE(timeToLive(lease).ttl(), -1);
    }

    void revokes() {
        const int64_t lease = m_etcd->grant(100).id();
        m_etcd->put("a", "v", lease);
        m_etcd->put("b", "v", lease);
        m_etcd->put("b", "w");
        QVERIFY(revoke(lease).ok());
        QCOMPARE(m_etcd->get("a").count(), 0);
        QCOMPARE(m_etcd->get("b").count(), 1);
        QCOMPARE(revoke(lease).error_message(), std::string("etcdserver: requested lease not found"));
        pb::PutRequest late;
        late.set_key("c");
        late.set_lease(lease);
        QCOMPARE(m_etcd->call<pb::PutResponse>("KV/Put", late).error().error_code(), grpc::NOT_FOUND);
    }

    void keepsAlive() {
        const int64_t lease = m_etcd->grant(2).id(), other = m_etcd->grant(2).id();
        m_etcd->put("renewed", "v", lease);
        m_etcd->put("left", "v", other);
        const int64_t revision = m_etcd->get("renewed").kvs(0).mod_revision();
        Stream stream(*m_etcd->stub, "/etcdserverpb.Lease/LeaseKeepAlive");
        // Until the other lease's key has ended, which is as old, and then once more.
        for (bool ended = false; !ended;) {
            ended = m_etcd->get("left").count() == 0;
            QCOMPARE(keptAlive(stream, lease), 2);
        }
        const pb::RangeResponse renewed = m_etcd->get("renewed");
        QCOMPARE(renewed.count(), 1);
        QCOMPARE(renewed.kvs(0).mod_revision(), revision);
        QCOMPARE(keptAlive(stream, other), 0);
        QTRY_COMPARE_WITH_TIMEOUT(m_etcd->get("renewed").count(), 0, 20000);
        stream.closeSending();
        QVERIFY(!stream.read<pb::LeaseKeepAliveResponse>());
        QVERIFY(stream.finish().ok());
    }

    void idsOutliveTheProcess() {
        // kine's id is the time itself; one of ours carries it, with the mark of another life above.
        const int64_t own = m_etcd->grant(100).id();
        m_etcd->put("kine", "v", 30);
        m_etcd->put("before", "v", (own ^ (int64_t{1} << 48)) - 40);
        const auto stored = [&](const std::string &key) { return m_etcd->get(key).kvs(0).lease(); };
        QCOMPARE(stored("kine"), 30);
        QCOMPARE(stored("before"), 60);
    }
};

QTEST_GUILESS_MAIN(LeaseServiceTest)
#include "tst_lease_service.moc"
