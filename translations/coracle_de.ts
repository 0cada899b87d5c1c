<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE">
    <context>
        <name>AccessPage</name>
        <message>
            <source>Users and roles</source>
            <translation>Benutzer und Rollen</translation>
        </message>
        <message>
            <source>New role</source>
            <translation>Neue Rolle</translation>
        </message>
        <message>
            <source>Who can</source>
            <translation>Wer darf</translation>
        </message>
        <message>
            <source>Roles and bindings</source>
            <translation>Rollen und Bindungen</translation>
        </message>
        <message>
            <source>Cluster roles</source>
            <translation>Clusterrollen</translation>
        </message>
        <message>
            <source>Cluster bindings</source>
            <translation>Clusterbindungen</translation>
        </message>
        <message>
            <source>Roles</source>
            <translation>Rollen</translation>
        </message>
        <message>
            <source>Bindings</source>
            <translation>Bindungen</translation>
        </message>
        <message>
            <source>Service accounts</source>
            <translation>Dienstkonten</translation>
        </message>
    </context>
    <context>
        <name>Actions</name>
        <message>
            <source>Undo</source>
            <translation>Rückgängig</translation>
        </message>
        <message>
            <source>%1 (%2): %3</source>
            <translation>%1 (%2): %3</translation>
        </message>
        <message>
            <source>The rollout of %1 is paused</source>
            <translation>Das Ausrollen von %1 ist angehalten</translation>
        </message>
        <message>
            <source>The rollout of %1 goes on</source>
            <translation>Das Ausrollen von %1 geht weiter</translation>
        </message>
        <message>
            <source>%1 is suspended</source>
            <translation>%1 ist ausgesetzt</translation>
        </message>
        <message>
            <source>%1 goes on</source>
            <translation>%1 läuft weiter</translation>
        </message>
        <message>
            <source>%1 takes no new pods</source>
            <translation>%1 nimmt keine neuen Pods an</translation>
        </message>
        <message>
            <source>%1 takes new pods again</source>
            <translation>%1 nimmt wieder neue Pods an</translation>
        </message>
        <message>
            <source>Scale</source>
            <translation>Skalieren</translation>
        </message>
        <message>
            <source>Restart</source>
            <translation>Neu starten</translation>
        </message>
        <message>
            <source>Roll back</source>
            <translation>Zurückkehren</translation>
        </message>
        <message>
            <source>Pause rollout</source>
            <translation>Ausrollen anhalten</translation>
        </message>
        <message>
            <source>Go on with rollout</source>
            <translation>Weiter ausrollen</translation>
        </message>
        <message>
            <source>Run now</source>
            <translation>Jetzt ausführen</translation>
        </message>
        <message>
            <source>Suspend</source>
            <translation>Aussetzen</translation>
        </message>
        <message>
            <source>Resume</source>
            <translation>Fortsetzen</translation>
        </message>
        <message>
            <source>Cordon</source>
            <translation>Stilllegen</translation>
        </message>
        <message>
            <source>Uncordon</source>
            <translation>Freigeben</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>Löschen</translation>
        </message>
    </context>
    <context>
        <name>Age</name>
        <message>
            <source>now</source>
            <translation>jetzt</translation>
        </message>
        <message>
            <source>%1 min</source>
            <translation>%1 min</translation>
        </message>
        <message>
            <source>%1 h</source>
            <translation>%1 h</translation>
        </message>
        <message>
            <source>%1 d</source>
            <translation>%1 d</translation>
        </message>
        <message>
            <source>%1 y</source>
            <translation>%1 J</translation>
        </message>
    </context>
    <context>
        <name>BackupOrigin</name>
        <message>
            <source>Made by hand</source>
            <translation>Von Hand erstellt</translation>
        </message>
        <message>
            <source>Scheduled</source>
            <translation>Nach Plan</translation>
        </message>
        <message>
            <source>Before an upgrade</source>
            <translation>Vor einer Aktualisierung</translation>
        </message>
        <message>
            <source>Before a restore</source>
            <translation>Vor einer Wiederherstellung</translation>
        </message>
        <message>
            <source>Brought from elsewhere</source>
            <translation>Von anderswo eingespielt</translation>
        </message>
    </context>
    <context>
        <name>BackupRows</name>
        <message>
            <source>Restore…</source>
            <translation>Wiederherstellen …</translation>
        </message>
        <message>
            <source>Download</source>
            <translation>Herunterladen</translation>
        </message>
        <message>
            <source>Delete…</source>
            <translation>Löschen …</translation>
        </message>
    </context>
    <context>
        <name>BackupsPage</name>
        <message>
            <source>Back-ups</source>
            <translation>Sicherungen</translation>
        </message>
        <message>
            <source>Back up now</source>
            <translation>Jetzt sichern</translation>
        </message>
        <message>
            <source>Bring in a file…</source>
            <translation>Datei einspielen …</translation>
        </message>
        <message>
            <source>Compact the datastore</source>
            <translation>Datenspeicher verdichten</translation>
        </message>
        <message>
            <source>Datastore</source>
            <translation>Datenspeicher</translation>
        </message>
        <message>
            <source>How many automatic back-ups are kept is set in the configuration (etcd-snapshot-retention).</source>
            <translation>Wie viele automatische Sicherungen bleiben, steht in der Konfiguration (etcd-snapshot-retention).</translation>
        </message>
        <message>
            <source>No back-ups</source>
            <translation>Keine Sicherungen</translation>
        </message>
        <message>
            <source>A back-up holds all objects of the cluster, not the data in volumes.</source>
            <translation>Eine Sicherung enthält alle Objekte des Clusters, nicht die Daten der Volumes.</translation>
        </message>
        <message>
            <source>Back up</source>
            <translation>Sichern</translation>
        </message>
        <message>
            <source>Description</source>
            <translation>Beschreibung</translation>
        </message>
        <message>
            <source>Back-up</source>
            <translation>Sicherung</translation>
        </message>
        <message>
            <source>Delete this back-up?</source>
            <translation>Diese Sicherung löschen?</translation>
        </message>
        <message>
            <source>This cannot be undone.</source>
            <translation>Das lässt sich nicht rückgängig machen.</translation>
        </message>
    </context>
    <context>
        <name>Banner</name>
        <message>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
    </context>
    <context>
        <name>BundleRows</name>
        <message>
            <source>Support bundles</source>
            <translation>Diagnosepakete</translation>
        </message>
        <message>
            <source>Logs, configuration and states for whoever helps, without secrets. The last three are kept.</source>
            <translation>Protokolle, Konfiguration und Zustände für alle, die helfen, ohne Geheimnisse. Die letzten drei bleiben.</translation>
        </message>
        <message>
            <source>The bundles cannot be listed</source>
            <translation>Die Pakete lassen sich nicht auflisten</translation>
        </message>
        <message>
            <source>No bundles</source>
            <translation>Keine Pakete</translation>
        </message>
        <message>
            <source>Make a bundle</source>
            <translation>Paket erstellen</translation>
        </message>
        <message>
            <source>Download %1</source>
            <translation>%1 herunterladen</translation>
        </message>
        <message>
            <source>Delete %1</source>
            <translation>%1 löschen</translation>
        </message>
    </context>
    <context>
        <name>CertificatesPage</name>
        <message>
            <source>Certificates</source>
            <translation>Zertifikate</translation>
        </message>
        <message>
            <source>Renew all…</source>
            <translation>Alle erneuern …</translation>
        </message>
        <message>
            <source>All certificates of the cluster</source>
            <translation>Alle Zertifikate des Clusters</translation>
        </message>
        <message>
            <source>Renew…</source>
            <translation>Erneuern …</translation>
        </message>
        <message>
            <source>New keys and certificates?</source>
            <translation>Neue Schlüssel und Zertifikate?</translation>
        </message>
        <message>
            <source>The daemon restarts with them; pods go on running. Downloaded kubeconfigs with the old certificate stay valid until they expire.</source>
            <translation>Der Daemon startet mit ihnen neu; Pods laufen weiter. Heruntergeladene Kubeconfigs mit dem alten Zertifikat gelten, bis sie ablaufen.</translation>
        </message>
        <message>
            <source>Renew</source>
            <translation>Erneuern</translation>
        </message>
    </context>
    <context>
        <name>CleanupDialog</name>
        <message>
            <source>Clean up</source>
            <translation>Aufräumen</translation>
        </message>
        <message>
            <source>%1 · %2</source>
            <translation>%1 · %2</translation>
        </message>
        <message>
            <source>The data in these folders is lost.</source>
            <translation>Die Daten in diesen Ordnern gehen verloren.</translation>
        </message>
    </context>
    <context>
        <name>ClusterCard</name>
        <message>
            <source>Production</source>
            <translation>Produktion</translation>
        </message>
        <message>
            <source>Nodes</source>
            <translation>Knoten</translation>
        </message>
        <message>
            <source>Version</source>
            <translation>Version</translation>
        </message>
        <message>
            <source>Connection</source>
            <translation>Verbindung</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>Öffnen</translation>
        </message>
        <message>
            <source>Switch to it</source>
            <translation>Hierhin wechseln</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>Erneut versuchen</translation>
        </message>
        <message>
            <source>Change the connection of %1</source>
            <translation>Verbindung von %1 ändern</translation>
        </message>
        <message>
            <source>Remove %1</source>
            <translation>%1 entfernen</translation>
        </message>
    </context>
    <context>
        <name>ClusterFormPage</name>
        <message>
            <source>Add a cluster</source>
            <translation>Cluster hinzufügen</translation>
        </message>
        <message>
            <source>Connection</source>
            <translation>Verbindung</translation>
        </message>
        <message>
            <source>Where the cluster is</source>
            <translation>Wo der Cluster ist</translation>
        </message>
        <message>
            <source>Another machine</source>
            <translation>Anderes Gerät</translation>
        </message>
        <message>
            <source>This device</source>
            <translation>Dieses Gerät</translation>
        </message>
        <message>
            <source>Add</source>
            <translation>Hinzufügen</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>Speichern</translation>
        </message>
        <message>
            <source>Test the connection</source>
            <translation>Verbindung prüfen</translation>
        </message>
        <message>
            <source>Add the demo</source>
            <translation>Vorführung hinzufügen</translation>
        </message>
    </context>
    <context>
        <name>ClusterSetup</name>
        <message>
            <source>Names in the cluster</source>
            <translation>Namen im Cluster</translation>
        </message>
        <message>
            <source>Pods find services by name (DNS)</source>
            <translation>Pods finden Services beim Namen (DNS)</translation>
        </message>
        <message>
            <source>Measurements</source>
            <translation>Messwerte</translation>
        </message>
        <message>
            <source>CPU and memory of nodes and pods, and autoscaling by them</source>
            <translation>CPU und Arbeitsspeicher von Knoten und Pods, und automatisches Skalieren danach</translation>
        </message>
        <message>
            <source>Storage on this device</source>
            <translation>Speicher auf diesem Gerät</translation>
        </message>
        <message>
            <source>Volumes in a folder of the node, made when asked for</source>
            <translation>Volumes in einem Ordner des Knotens, bei Bedarf erstellt</translation>
        </message>
    </context>
    <context>
        <name>ClusterSwitcher</name>
        <message>
            <source>No cluster</source>
            <translation>Kein Cluster</translation>
        </message>
        <message>
            <source>All clusters</source>
            <translation>Alle Cluster</translation>
        </message>
        <message>
            <source>Add a cluster</source>
            <translation>Cluster hinzufügen</translation>
        </message>
    </context>
    <context>
        <name>ClustersPage</name>
        <message>
            <source>Clusters</source>
            <translation>Cluster</translation>
        </message>
        <message>
            <source>Add a cluster</source>
            <translation>Cluster hinzufügen</translation>
        </message>
        <message>
            <source>No cluster yet</source>
            <translation>Noch kein Cluster</translation>
        </message>
        <message>
            <source>Add the one on this device, or another by SSH. The demo shows a cluster that does not exist.</source>
            <translation>Den Cluster auf diesem Gerät hinzufügen oder einen anderen über SSH. Die Vorführung zeigt einen Cluster, den es nicht gibt.</translation>
        </message>
        <message>
            <source>Show the demo</source>
            <translation>Vorführung zeigen</translation>
        </message>
        <message>
            <source>Remove %1 from this list?</source>
            <translation>%1 aus dieser Liste entfernen?</translation>
        </message>
        <message>
            <source>The cluster itself goes on. Forgotten is how it is reached, its host key and kept passwords.</source>
            <translation>Der Cluster selbst läuft weiter. Vergessen wird, wie er erreicht wird, sein Hostschlüssel und gemerkte Passwörter.</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>Entfernen</translation>
        </message>
    </context>
    <context>
        <name>CommandPaletteDialog</name>
        <message>
            <source>Search</source>
            <translation>Suche</translation>
        </message>
        <message>
            <source>Page, cluster, namespace or name …</source>
            <translation>Seite, Cluster, Namensraum oder Name …</translation>
        </message>
        <message>
            <source>Nothing fits the search</source>
            <translation>Nichts passt zur Suche</translation>
        </message>
    </context>
    <context>
        <name>ComponentsCard</name>
        <message>
            <source>Components</source>
            <translation>Bestandteile</translation>
        </message>
    </context>
    <context>
        <name>ConditionsCard</name>
        <message>
            <source>Conditions</source>
            <translation>Bedingungen</translation>
        </message>
    </context>
    <context>
        <name>ConfigurationPage</name>
        <message>
            <source>Configuration</source>
            <translation>Konfiguration</translation>
        </message>
        <message>
            <source>ConfigMaps</source>
            <translation>ConfigMaps</translation>
        </message>
        <message>
            <source>Secrets</source>
            <translation>Secrets</translation>
        </message>
    </context>
    <context>
        <name>ConfirmDialog</name>
        <message>
            <source>Delete</source>
            <translation>Löschen</translation>
        </message>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>und %n weiteres</numerusform>
                <numerusform>und %n weitere</numerusform>
            </translation>
        </message>
        <message>
            <source>Type “%1” to confirm</source>
            <translation>Zur Bestätigung „%1“ eingeben</translation>
        </message>
    </context>
    <context>
        <name>ContainerCard</name>
        <message>
            <source>%1: %2</source>
            <translation>%1: %2</translation>
        </message>
        <message>
            <source>Image</source>
            <translation>Image</translation>
        </message>
        <message>
            <source>Restarts</source>
            <translation>Neustarts</translation>
        </message>
        <message>
            <source>Ports</source>
            <translation>Ports</translation>
        </message>
        <message>
            <source>Resources</source>
            <translation>Ressourcen</translation>
        </message>
        <message>
            <source>Probes</source>
            <translation>Prüfungen</translation>
        </message>
        <message>
            <source>Command</source>
            <translation>Befehl</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>Protokoll</translation>
        </message>
        <message>
            <source>Previous log</source>
            <translation>Voriges Protokoll</translation>
        </message>
        <message>
            <source>Terminal</source>
            <translation>Terminal</translation>
        </message>
    </context>
    <context>
        <name>CopyButton</name>
        <message>
            <source>Copied</source>
            <translation>Kopiert</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>Kopieren</translation>
        </message>
        <message>
            <source>Copy: %1</source>
            <translation>Kopieren: %1</translation>
        </message>
    </context>
    <context>
        <name>CronJobJobs</name>
        <message>
            <source>It has not run yet</source>
            <translation>Noch nicht gelaufen</translation>
        </message>
    </context>
    <context>
        <name>DaemonLogView</name>
        <message>
            <source>All</source>
            <translation>Alle</translation>
        </message>
        <message>
            <source>Information</source>
            <translation>Hinweise</translation>
        </message>
        <message>
            <source>Warnings</source>
            <translation>Warnungen</translation>
        </message>
        <message>
            <source>Errors</source>
            <translation>Fehler</translation>
        </message>
        <message>
            <source>Level</source>
            <translation>Stufe</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>Protokoll</translation>
        </message>
        <message>
            <source>%1  %2  %3</source>
            <comment>time, component, message</comment>
            <translation>%1  %2  %3</translation>
        </message>
        <message>
            <source>No line is like that</source>
            <translation>Keine solche Zeile</translation>
        </message>
        <message>
            <source>No lines yet</source>
            <translation>Noch keine Zeilen</translation>
        </message>
    </context>
    <context>
        <name>DaemonOptionsPage</name>
        <message>
            <source>Daemon options</source>
            <translation>Optionen des Daemons</translation>
        </message>
        <message>
            <source>Changes are written to %1</source>
            <translation>Änderungen werden in %1 geschrieben</translation>
        </message>
        <message>
            <source>Only what is set</source>
            <translation>Nur Gesetztes</translation>
        </message>
        <message>
            <source>Also without effect</source>
            <translation>Auch Wirkungsloses</translation>
        </message>
        <message>
            <source>No option is like that</source>
            <translation>Keine solche Option</translation>
        </message>
    </context>
    <context>
        <name>DataKeyDialog</name>
        <message>
            <source>Add a key</source>
            <translation>Schlüssel hinzufügen</translation>
        </message>
        <message>
            <source>Edit %1</source>
            <translation>%1 bearbeiten</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>Speichern</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>Name</translation>
        </message>
        <message>
            <source>Value</source>
            <translation>Wert</translation>
        </message>
        <message>
            <source>What changes</source>
            <translation>Was sich ändert</translation>
        </message>
        <message>
            <source>Nothing yet.</source>
            <translation>Noch nichts.</translation>
        </message>
    </context>
    <context>
        <name>DataKeyList</name>
        <message>
            <source>%1, not a text</source>
            <translation>%1, kein Text</translation>
        </message>
        <message>
            <source>Show the value of %1</source>
            <translation>Wert von %1 zeigen</translation>
        </message>
        <message>
            <source>Download %1</source>
            <translation>%1 herunterladen</translation>
        </message>
        <message>
            <source>Edit %1</source>
            <translation>%1 bearbeiten</translation>
        </message>
        <message>
            <source>Remove %1</source>
            <translation>%1 entfernen</translation>
        </message>
        <message>
            <source>It has no keys</source>
            <translation>Keine Schlüssel</translation>
        </message>
        <message>
            <source>Add a key</source>
            <translation>Schlüssel hinzufügen</translation>
        </message>
        <message>
            <source>Remove the key %1?</source>
            <translation>Schlüssel %1 entfernen?</translation>
        </message>
        <message>
            <source>Pods that use it may not start any more.</source>
            <translation>Pods, die ihn brauchen, starten vielleicht nicht mehr.</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>Entfernen</translation>
        </message>
    </context>
    <context>
        <name>DeleteDialog</name>
        <message>
            <source>Delete %1 %2?</source>
            <translation>%1 %2 löschen?</translation>
        </message>
        <message>
            <source>It is deleted, and its pods with it.</source>
            <translation>Mit den zugehörigen Pods wird es gelöscht.</translation>
        </message>
        <message>
            <source>This cannot be undone.</source>
            <translation>Das lässt sich nicht rückgängig machen.</translation>
        </message>
        <message>
            <source>%1 %2 in namespace %3</source>
            <translation>%1 %2 im Namensraum %3</translation>
        </message>
        <message>
            <source>%1 %2</source>
            <translation>%1 %2</translation>
        </message>
        <message>
            <source>Keep what belongs to it running</source>
            <translation>Zugehöriges weiterlaufen lassen</translation>
        </message>
    </context>
    <context>
        <name>DeployFields</name>
        <message>
            <source>What runs</source>
            <translation>Was läuft</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>Name</translation>
        </message>
        <message>
            <source>Image</source>
            <translation>Image</translation>
        </message>
        <message>
            <source>From a registry, or one that was imported: nginx:stable</source>
            <translation>Aus einer Registry oder ein importiertes: nginx:stable</translation>
        </message>
        <message>
            <source>Replicas</source>
            <translation>Replikate</translation>
        </message>
        <message>
            <source>Environment</source>
            <translation>Umgebung</translation>
        </message>
        <message>
            <source>One variable a line: NAME=value</source>
            <translation>Eine Variable je Zeile: NAME=Wert</translation>
        </message>
        <message>
            <source>How it is reached</source>
            <translation>Wie es erreicht wird</translation>
        </message>
        <message>
            <source>Ports</source>
            <translation>Ports</translation>
        </message>
        <message>
            <source>80, 443, 53/UDP</source>
            <translation>80, 443, 53/UDP</translation>
        </message>
        <message>
            <source>Exposed</source>
            <translation>Erreichbar</translation>
        </message>
        <message>
            <source>Not at all</source>
            <translation>Gar nicht</translation>
        </message>
        <message>
            <source>Inside the cluster</source>
            <translation>Innerhalb des Clusters</translation>
        </message>
        <message>
            <source>On a port of every node</source>
            <translation>An einem Port jedes Knotens</translation>
        </message>
        <message>
            <source>By a load balancer</source>
            <translation>Über einen Lastverteiler</translation>
        </message>
        <message>
            <source>Host name</source>
            <translation>Hostname</translation>
        </message>
        <message>
            <source>Makes an ingress for it</source>
            <translation>Erstellt einen Ingress dafür</translation>
        </message>
        <message>
            <source>What it needs</source>
            <translation>Was es braucht</translation>
        </message>
        <message>
            <source>Processor</source>
            <translation>Prozessor</translation>
        </message>
        <message>
            <source>Cores: 500m, 2</source>
            <translation>Kerne: 500m, 2</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>Arbeitsspeicher</translation>
        </message>
        <message>
            <source>Asked for, and not to be exceeded: 256Mi</source>
            <translation>Angefordert und nicht zu überschreiten: 256Mi</translation>
        </message>
        <message>
            <source>Storage</source>
            <translation>Speicher</translation>
        </message>
        <message>
            <source>A volume of this size: 5Gi</source>
            <translation>Ein Volume dieser Größe: 5Gi</translation>
        </message>
        <message>
            <source>Folder of the storage</source>
            <translation>Ordner des Speichers</translation>
        </message>
    </context>
    <context>
        <name>DeployPage</name>
        <message>
            <source>Deploy an application</source>
            <translation>Anwendung ausrollen</translation>
        </message>
        <message>
            <source>Into namespace %1</source>
            <translation>In den Namensraum %1</translation>
        </message>
        <message>
            <source>Deploy</source>
            <translation>Ausrollen</translation>
        </message>
        <message>
            <source>Go on in YAML</source>
            <translation>In YAML weiter</translation>
        </message>
        <message>
            <source>Change what is there?</source>
            <translation>Vorhandenes ändern?</translation>
        </message>
        <message>
            <source>These exist already, and are changed:</source>
            <translation>Diese gibt es schon, sie werden geändert:</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>Ändern</translation>
        </message>
        <message>
            <source>The cluster refuses it</source>
            <translation>Der Cluster lehnt es ab</translation>
        </message>
    </context>
    <context>
        <name>DiagnosticsPage</name>
        <message>
            <source>Diagnostics</source>
            <translation>Diagnose</translation>
        </message>
        <message>
            <source>View</source>
            <translation>Ansicht</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>Protokoll</translation>
        </message>
        <message>
            <source>Bundles</source>
            <translation>Pakete</translation>
        </message>
        <message>
            <source>Make a bundle</source>
            <translation>Paket erstellen</translation>
        </message>
    </context>
    <context>
        <name>DraftBar</name>
        <message>
            <source>What is written takes effect when the daemon restarts.</source>
            <translation>Geschriebenes wirkt, sobald der Daemon neu startet.</translation>
        </message>
        <message>
            <source>Something above must be mended first.</source>
            <translation>Oben ist zuerst etwas zu berichtigen.</translation>
        </message>
        <message>
            <source>The changes are valid.</source>
            <translation>Die Änderungen sind gültig.</translation>
        </message>
        <message>
            <source>Checking…</source>
            <translation>Wird geprüft …</translation>
        </message>
        <message>
            <source>Restart now</source>
            <translation>Jetzt neu starten</translation>
        </message>
        <message>
            <source>Discard</source>
            <translation>Verwerfen</translation>
        </message>
        <message>
            <source>Review…</source>
            <translation>Durchsehen …</translation>
        </message>
        <message>
            <source>Review the changes</source>
            <translation>Änderungen durchsehen</translation>
        </message>
        <message>
            <source>Write</source>
            <translation>Schreiben</translation>
        </message>
        <message>
            <source>Write and restart</source>
            <translation>Schreiben und neu starten</translation>
        </message>
        <message>
            <source>Nothing would change.</source>
            <translation>Nichts würde sich ändern.</translation>
        </message>
        <message>
            <source>The daemon restarts; pods go on running. When it does not become ready in time, the old settings come back by themselves.</source>
            <translation>Der Daemon startet neu; Pods laufen weiter. Wird er nicht rechtzeitig bereit, kommen die alten Einstellungen von selbst zurück.</translation>
        </message>
        <message>
            <source>Do not restart now</source>
            <translation>Jetzt nicht neu starten</translation>
        </message>
    </context>
    <context>
        <name>DrainDialog</name>
        <message>
            <source>Drain %1?</source>
            <translation>%1 räumen?</translation>
        </message>
        <message>
            <source>Looking at what runs there …</source>
            <translation>Es wird nachgesehen, was dort läuft …</translation>
        </message>
        <message numerus="yes">
            <source>The node takes no new pods, and %n pod(s) are moved away.</source>
            <translation>
                <numerusform>Der Knoten nimmt keine neuen Pods an, und %n Pod zieht um.</numerusform>
                <numerusform>Der Knoten nimmt keine neuen Pods an, und %n Pods ziehen um.</numerusform>
            </translation>
        </message>
        <message>
            <source>Drain</source>
            <translation>Räumen</translation>
        </message>
        <message>
            <source>Also pods that lose temporary data by it</source>
            <translation>Auch Pods, die dabei Zwischendaten verlieren</translation>
        </message>
        <message>
            <source>Also pods that nothing makes again</source>
            <translation>Auch Pods, die nichts wiederherstellt</translation>
        </message>
    </context>
    <context>
        <name>DrainProgress</name>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
    </context>
    <context>
        <name>EnvironmentList</name>
        <message>
            <source>No variables</source>
            <translation>Keine Variablen</translation>
        </message>
        <message>
            <source>Its containers are given none.</source>
            <translation>Die Container erhalten keine.</translation>
        </message>
    </context>
    <context>
        <name>ErrorState</name>
        <message>
            <source>Try again</source>
            <translation>Erneut versuchen</translation>
        </message>
    </context>
    <context>
        <name>EventRowItem</name>
        <message numerus="yes">
            <source>%1 · %n times</source>
            <translation>
                <numerusform>%1 · %n-mal</numerusform>
                <numerusform>%1 · %n-mal</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>EventRows</name>
        <message>
            <source>No events</source>
            <translation>Keine Ereignisse</translation>
        </message>
        <message>
            <source>Nothing was reported of it in the last hour.</source>
            <translation>In der letzten Stunde wurde nichts gemeldet.</translation>
        </message>
        <message>
            <source>Events cannot be shown</source>
            <translation>Ereignisse lassen sich nicht zeigen</translation>
        </message>
    </context>
    <context>
        <name>EventsPage</name>
        <message>
            <source>Events</source>
            <translation>Ereignisse</translation>
        </message>
        <message>
            <source>Search</source>
            <translation>Suchen</translation>
        </message>
        <message>
            <source>Type</source>
            <translation>Art</translation>
        </message>
        <message>
            <source>All</source>
            <translation>Alle</translation>
        </message>
        <message>
            <source>Warnings</source>
            <translation>Warnungen</translation>
        </message>
        <message>
            <source>Any kind</source>
            <translation>Jede Art</translation>
        </message>
        <message>
            <source>Kind</source>
            <translation>Art</translation>
        </message>
        <message numerus="yes">
            <source>%1 · %2 · %n times</source>
            <translation>
                <numerusform>%1 · %2 · %n-mal</numerusform>
                <numerusform>%1 · %2 · %n-mal</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 · %2</source>
            <translation>%1 · %2</translation>
        </message>
        <message>
            <source>No events</source>
            <translation>Keine Ereignisse</translation>
        </message>
        <message>
            <source>No event fits</source>
            <translation>Kein passendes Ereignis</translation>
        </message>
        <message>
            <source>Events are kept for an hour.</source>
            <translation>Ereignisse bleiben eine Stunde.</translation>
        </message>
    </context>
    <context>
        <name>ExpandDialog</name>
        <message>
            <source>Expand %1</source>
            <translation>%1 vergrößern</translation>
        </message>
        <message>
            <source>Expand</source>
            <translation>Vergrößern</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>Größe</translation>
        </message>
        <message>
            <source>Now: %1. A claim can grow, never shrink.</source>
            <translation>Jetzt: %1. Ein Anspruch kann wachsen, nie schrumpfen.</translation>
        </message>
    </context>
    <context>
        <name>Facts</name>
        <message>
            <source>Type</source>
            <translation>Art</translation>
        </message>
        <message>
            <source>Cluster addresses</source>
            <translation>Adressen im Cluster</translation>
        </message>
        <message>
            <source>External addresses</source>
            <translation>Äußere Adressen</translation>
        </message>
        <message>
            <source>Load balancer</source>
            <translation>Lastverteiler</translation>
        </message>
        <message>
            <source>External name</source>
            <translation>Äußerer Name</translation>
        </message>
        <message>
            <source>Ports</source>
            <translation>Ports</translation>
        </message>
        <message>
            <source>Selects pods</source>
            <translation>Wählt Pods</translation>
        </message>
        <message>
            <source>Session affinity</source>
            <translation>Sitzungstreue</translation>
        </message>
        <message>
            <source>Traffic from inside</source>
            <translation>Verkehr von innen</translation>
        </message>
        <message>
            <source>Traffic from outside</source>
            <translation>Verkehr von außen</translation>
        </message>
        <message>
            <source>Class</source>
            <translation>Klasse</translation>
        </message>
        <message>
            <source>Address</source>
            <translation>Adresse</translation>
        </message>
        <message>
            <source>Rules</source>
            <translation>Regeln</translation>
        </message>
        <message>
            <source>Anything else goes to</source>
            <translation>Alles Übrige geht an</translation>
        </message>
        <message>
            <source>TLS</source>
            <translation>TLS</translation>
        </message>
        <message>
            <source>Status</source>
            <translation>Zustand</translation>
        </message>
        <message>
            <source>Asks for</source>
            <translation>Fordert an</translation>
        </message>
        <message>
            <source>Has</source>
            <translation>Hat</translation>
        </message>
        <message>
            <source>Access</source>
            <translation>Zugriff</translation>
        </message>
        <message>
            <source>Volume</source>
            <translation>Volume</translation>
        </message>
        <message>
            <source>Capacity</source>
            <translation>Kapazität</translation>
        </message>
        <message>
            <source>Claim</source>
            <translation>Anspruch</translation>
        </message>
        <message>
            <source>When released</source>
            <translation>Bei Freigabe</translation>
        </message>
        <message>
            <source>Folder</source>
            <translation>Ordner</translation>
        </message>
        <message>
            <source>Provisioner</source>
            <translation>Bereitsteller</translation>
        </message>
        <message>
            <source>Default class</source>
            <translation>Standardklasse</translation>
        </message>
        <message>
            <source>Binding</source>
            <translation>Bindung</translation>
        </message>
        <message>
            <source>Can grow</source>
            <translation>Kann wachsen</translation>
        </message>
        <message>
            <source>Parameters</source>
            <translation>Parameter</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>Schlüssel</translation>
        </message>
        <message>
            <source>Immutable</source>
            <translation>Unveränderlich</translation>
        </message>
        <message>
            <source>Token in pods</source>
            <translation>Token in Pods</translation>
        </message>
        <message>
            <source>May</source>
            <translation>Darf</translation>
        </message>
        <message>
            <source>Role</source>
            <translation>Rolle</translation>
        </message>
        <message>
            <source>Who</source>
            <translation>Wer</translation>
        </message>
        <message>
            <source>Group</source>
            <translation>Gruppe</translation>
        </message>
        <message>
            <source>Kind</source>
            <translation>Art</translation>
        </message>
        <message>
            <source>Scope</source>
            <translation>Bereich</translation>
        </message>
    </context>
    <context>
        <name>FormDialog</name>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
    </context>
    <context>
        <name>FormField</name>
        <message>
            <source>optional</source>
            <translation>freiwillig</translation>
        </message>
    </context>
    <context>
        <name>ForwardCard</name>
        <message>
            <source>Address</source>
            <translation>Adresse</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>Anhalten</translation>
        </message>
        <message>
            <source>Start</source>
            <translation>Starten</translation>
        </message>
        <message>
            <source>Open in browser</source>
            <translation>Im Browser öffnen</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>Entfernen</translation>
        </message>
    </context>
    <context>
        <name>ForwardDialog</name>
        <message>
            <source>Forward a port of %1</source>
            <translation>Port von %1 weiterleiten</translation>
        </message>
        <message>
            <source>Port of the pod</source>
            <translation>Port des Pods</translation>
        </message>
        <message>
            <source>Port of this device</source>
            <translation>Port dieses Geräts</translation>
        </message>
        <message>
            <source>Empty: a free one.</source>
            <translation>Leer: ein freier.</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>Name</translation>
        </message>
        <message>
            <source>To find it again: it is kept for this cluster.</source>
            <translation>Zum Wiederfinden: Die Weiterleitung bleibt für diesen Cluster.</translation>
        </message>
        <message>
            <source>Start</source>
            <translation>Starten</translation>
        </message>
    </context>
    <context>
        <name>ForwardsPage</name>
        <message>
            <source>Port forwards</source>
            <translation>Portweiterleitungen</translation>
        </message>
        <message numerus="yes">
            <source>%n running</source>
            <translation>
                <numerusform>%n läuft</numerusform>
                <numerusform>%n laufen</numerusform>
            </translation>
        </message>
        <message>
            <source>Start all</source>
            <translation>Alle starten</translation>
        </message>
        <message>
            <source>Stop all</source>
            <translation>Alle anhalten</translation>
        </message>
        <message>
            <source>No port forwards</source>
            <translation>Keine Portweiterleitungen</translation>
        </message>
        <message>
            <source>A port forward makes a pod's port reachable on this device. Open a pod and choose “Forward a port”.</source>
            <translation>Eine Portweiterleitung macht den Port eines Pods auf diesem Gerät erreichbar. Einen Pod öffnen und „Port weiterleiten“ wählen.</translation>
        </message>
        <message>
            <source>Show pods</source>
            <translation>Pods zeigen</translation>
        </message>
    </context>
    <context>
        <name>GeneralFields</name>
        <message>
            <source>General</source>
            <translation>Allgemein</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>Name</translation>
        </message>
        <message>
            <source>As it stands in the list.</source>
            <translation>Wie er in der Liste steht.</translation>
        </message>
        <message>
            <source>Production: what destroys something must be confirmed by typing its name</source>
            <translation>Produktion: Was etwas zerstört, ist durch Eingabe des Namens zu bestätigen</translation>
        </message>
        <message>
            <source>Socket of the daemon</source>
            <translation>Socket des Daemons</translation>
        </message>
        <message>
            <source>Only where clusterd was set up with another one.</source>
            <translation>Nur wenn clusterd mit einem anderen eingerichtet wurde.</translation>
        </message>
    </context>
    <context>
        <name>ImageRowItem</name>
        <message>
            <source>Remove %1</source>
            <translation>%1 entfernen</translation>
        </message>
    </context>
    <context>
        <name>ImagesPage</name>
        <message>
            <source>Images</source>
            <translation>Images</translation>
        </message>
        <message>
            <source>Import file…</source>
            <translation>Datei importieren …</translation>
        </message>
        <message>
            <source>Import from the device…</source>
            <translation>Vom Gerät importieren …</translation>
        </message>
        <message>
            <source>Refresh</source>
            <translation>Auffrischen</translation>
        </message>
        <message>
            <source>No image is named like that</source>
            <translation>Kein Image heißt so</translation>
        </message>
        <message>
            <source>No images</source>
            <translation>Keine Images</translation>
        </message>
        <message>
            <source>Archive of images</source>
            <translation>Archiv mit Images</translation>
        </message>
        <message>
            <source>Archives (%1)</source>
            <translation>Archive (%1)</translation>
        </message>
        <message>
            <source>All files (*)</source>
            <translation>Alle Dateien (*)</translation>
        </message>
        <message>
            <source>Import from the device</source>
            <translation>Vom Gerät importieren</translation>
        </message>
        <message>
            <source>Import</source>
            <translation>Importieren</translation>
        </message>
        <message>
            <source>File</source>
            <translation>Datei</translation>
        </message>
        <message>
            <source>A path on the cluster's machine, such as that of a stick.</source>
            <translation>Ein Pfad auf dem Gerät des Clusters, etwa der eines Sticks.</translation>
        </message>
        <message>
            <source>Remove this image?</source>
            <translation>Dieses Image entfernen?</translation>
        </message>
        <message>
            <source>It is fetched again when a pod wants it.</source>
            <translation>Es wird erneut geholt, sobald ein Pod es braucht.</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>Entfernen</translation>
        </message>
    </context>
    <context>
        <name>JoinCard</name>
        <message>
            <source>Join another machine</source>
            <translation>Weiteres Gerät aufnehmen</translation>
        </message>
        <message>
            <source>Hide</source>
            <translation>Ausblenden</translation>
        </message>
        <message>
            <source>QR code for joining</source>
            <translation>QR-Code zum Beitreten</translation>
        </message>
        <message>
            <source>On the other machine, as root:</source>
            <translation>Auf dem anderen Gerät, als root:</translation>
        </message>
        <message>
            <source>Server</source>
            <translation>Server</translation>
        </message>
        <message>
            <source>Whoever has this command or code can add a machine to the cluster. Revoke the token when all machines have joined.</source>
            <translation>Wer diesen Befehl oder Code hat, kann dem Cluster ein Gerät hinzufügen. Das Token widerrufen, wenn alle Geräte beigetreten sind.</translation>
        </message>
    </context>
    <context>
        <name>JoinDialog</name>
        <message>
            <source>Join another machine</source>
            <translation>Weiteres Gerät aufnehmen</translation>
        </message>
        <message>
            <source>For another machine</source>
            <translation>Für ein weiteres Gerät</translation>
        </message>
        <message>
            <source>A token is being made…</source>
            <translation>Ein Token wird erstellt …</translation>
        </message>
        <message>
            <source>No token could be made</source>
            <translation>Kein Token ließ sich erstellen</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
    </context>
    <context>
        <name>JoinFields</name>
        <message>
            <source>A daemon that runs as a server cannot become a part of another cluster while it runs: stop it, and start it with the command that is made here. Its own cluster stays in its data folder.</source>
            <translation>Ein Daemon, der als Server läuft, kann nicht laufend Teil eines anderen Clusters werden: ihn anhalten und mit dem hier erstellten Befehl starten. Sein eigener Cluster bleibt im Datenordner.</translation>
        </message>
        <message>
            <source>The other cluster</source>
            <translation>Der andere Cluster</translation>
        </message>
        <message>
            <source>A scanned QR code or a copied command can be put into either field.</source>
            <translation>In beide Felder passt ein gescannter QR-Code oder ein kopierter Befehl.</translation>
        </message>
        <message>
            <source>Server</source>
            <translation>Server</translation>
        </message>
        <message>
            <source>Token</source>
            <translation>Token</translation>
        </message>
        <message>
            <source>From the other cluster's page “Tokens”.</source>
            <translation>Von der Seite „Token“ des anderen Clusters.</translation>
        </message>
        <message>
            <source>On this device, as root</source>
            <translation>Auf diesem Gerät, als root</translation>
        </message>
    </context>
    <context>
        <name>JoinRequest</name>
        <message>
            <source>The address of a server of the cluster is needed</source>
            <translation>Die Adresse eines Servers des Clusters fehlt</translation>
        </message>
        <message>
            <source>It must be like https://192.168.1.5:6443</source>
            <translation>Sie sieht so aus: https://192.168.1.5:6443</translation>
        </message>
        <message>
            <source>Nothing may stand after the port</source>
            <translation>Nach dem Port darf nichts stehen</translation>
        </message>
        <message>
            <source>A token is needed: make one on the other machine, under Tokens</source>
            <translation>Ein Token fehlt: auf dem anderen Gerät unter „Token“ erstellen</translation>
        </message>
        <message>
            <source>A token has no blanks</source>
            <translation>Ein Token hat keine Leerzeichen</translation>
        </message>
        <message>
            <source>The token is not complete: K10, 64 digits, two colons and the secret</source>
            <translation>Das Token ist unvollständig: K10, 64 Ziffern, zwei Doppelpunkte und das Geheimnis</translation>
        </message>
    </context>
    <context>
        <name>KindPage</name>
    </context>
    <context>
        <name>LeaveGuard</name>
        <message>
            <source>Leave</source>
            <translation>Verlassen</translation>
        </message>
    </context>
    <context>
        <name>ListRow</name>
        <message>
            <source>More actions for %1</source>
            <translation>Weiteres zu %1</translation>
        </message>
    </context>
    <context>
        <name>LoadingState</name>
        <message>
            <source>Loading…</source>
            <translation>Wird geladen …</translation>
        </message>
    </context>
    <context>
        <name>LockSettings</name>
        <message>
            <source>Lock</source>
            <translation>Sperre</translation>
        </message>
        <message>
            <source>Without a PIN, everybody at this screen may do everything.</source>
            <translation>Ohne PIN darf an diesem Bildschirm jeder alles.</translation>
        </message>
        <message>
            <source>Unlock</source>
            <translation>Entsperren</translation>
        </message>
        <message>
            <source>PIN for configuring</source>
            <translation>PIN zum Einrichten</translation>
        </message>
        <message>
            <source>For changing the cluster itself: options, access, tokens, back-ups; and these settings.</source>
            <translation>Um den Cluster selbst zu ändern: Optionen, Zugang, Token, Sicherungen; und diese Einstellungen.</translation>
        </message>
        <message>
            <source>PIN for operating</source>
            <translation>PIN zum Bedienen</translation>
        </message>
        <message>
            <source>For scaling, restarting, deleting and commands. Without it, everybody may do that.</source>
            <translation>Um zu skalieren, neu zu starten, zu löschen und für Befehle. Ohne sie darf das jeder.</translation>
        </message>
        <message>
            <source>Lock again when nobody is there</source>
            <translation>Wieder sperren, wenn niemand da ist</translation>
        </message>
        <message>
            <source>Always when the screen is switched off.</source>
            <translation>Immer, wenn der Bildschirm abgeschaltet wird.</translation>
        </message>
    </context>
    <context>
        <name>LogPage</name>
        <message>
            <source>Go on</source>
            <translation>Weiter</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>Anhalten</translation>
        </message>
        <message>
            <source>Copy selection</source>
            <translation>Auswahl kopieren</translation>
        </message>
        <message>
            <source>Copy all</source>
            <translation>Alles kopieren</translation>
        </message>
        <message>
            <source>Save to a file</source>
            <translation>In Datei speichern</translation>
        </message>
        <message>
            <source>Clear</source>
            <translation>Leeren</translation>
        </message>
    </context>
    <context>
        <name>LogToolBar</name>
        <message>
            <source>Last lines</source>
            <translation>Letzte Zeilen</translation>
        </message>
        <message>
            <source>5 minutes</source>
            <translation>5 Minuten</translation>
        </message>
        <message>
            <source>1 hour</source>
            <translation>1 Stunde</translation>
        </message>
        <message>
            <source>1 day</source>
            <translation>1 Tag</translation>
        </message>
        <message>
            <source>Previous hit</source>
            <translation>Voriger Treffer</translation>
        </message>
        <message>
            <source>Next hit</source>
            <translation>Nächster Treffer</translation>
        </message>
        <message>
            <source>Container</source>
            <translation>Container</translation>
        </message>
        <message>
            <source>Since when</source>
            <translation>Seit wann</translation>
        </message>
        <message>
            <source>Wrap</source>
            <translation>Umbrechen</translation>
        </message>
        <message>
            <source>Times</source>
            <translation>Zeiten</translation>
        </message>
        <message>
            <source>Previous life</source>
            <translation>Voriges Leben</translation>
        </message>
    </context>
    <context>
        <name>LogView</name>
        <message>
            <source>Log</source>
            <translation>Protokoll</translation>
        </message>
        <message>
            <source>No lines yet</source>
            <translation>Noch keine Zeilen</translation>
        </message>
        <message>
            <source>To the end</source>
            <translation>Zum Ende</translation>
        </message>
    </context>
    <context>
        <name>LookSettings</name>
        <message>
            <source>Look</source>
            <translation>Aussehen</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>Sprache</translation>
        </message>
        <message>
            <source>Also how numbers, times and dates are written.</source>
            <translation>Auch wie Zahlen, Uhrzeiten und Daten geschrieben werden.</translation>
        </message>
        <message>
            <source>Colours</source>
            <translation>Farben</translation>
        </message>
        <message>
            <source>As the system</source>
            <translation>Wie das System</translation>
        </message>
        <message>
            <source>By the time of day</source>
            <translation>Nach der Tageszeit</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>Hell</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>Dunkel</translation>
        </message>
        <message>
            <source>High contrast</source>
            <translation>Hoher Kontrast</translation>
        </message>
        <message>
            <source>Size of texts</source>
            <translation>Schriftgröße</translation>
        </message>
        <message>
            <source>%1 %</source>
            <translation>%1 %</translation>
        </message>
        <message>
            <source>Less motion</source>
            <translation>Weniger Bewegung</translation>
        </message>
        <message>
            <source>Nothing slides or fades.</source>
            <translation>Nichts gleitet oder blendet.</translation>
        </message>
    </context>
    <context>
        <name>Main</name>
        <message>
            <source>%1 – Coracle</source>
            <translation>%1 – Coracle</translation>
        </message>
        <message>
            <source>Coracle</source>
            <translation>Coracle</translation>
        </message>
    </context>
    <context>
        <name>MetricTile</name>
        <message>
            <source>%1, %2</source>
            <translation>%1, %2</translation>
        </message>
    </context>
    <context>
        <name>MetricsCard</name>
        <message>
            <source>Use</source>
            <translation>Auslastung</translation>
        </message>
        <message>
            <source>Hour</source>
            <translation>Stunde</translation>
        </message>
        <message>
            <source>Day</source>
            <translation>Tag</translation>
        </message>
        <message>
            <source>CPU</source>
            <translation>CPU</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>Arbeitsspeicher</translation>
        </message>
        <message>
            <source>Disk</source>
            <translation>Platte</translation>
        </message>
        <message>
            <source>Use over time</source>
            <translation>Auslastung im Verlauf</translation>
        </message>
    </context>
    <context>
        <name>MinutesBox</name>
        <message>
            <source>Never</source>
            <translation>Nie</translation>
        </message>
        <message numerus="yes">
            <source>After %n minute(s)</source>
            <translation>
                <numerusform>Nach %n Minute</numerusform>
                <numerusform>Nach %n Minuten</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>NamespacePicker</name>
        <message>
            <source>All namespaces</source>
            <translation>Alle Namensräume</translation>
        </message>
        <message>
            <source>Namespace: %1</source>
            <translation>Namensraum: %1</translation>
        </message>
        <message>
            <source>Search namespaces</source>
            <translation>Namensräume suchen</translation>
        </message>
    </context>
    <context>
        <name>NavigationPane</name>
        <message>
            <source>Search …</source>
            <translation>Suchen …</translation>
        </message>
        <message>
            <source>Pages</source>
            <translation>Seiten</translation>
        </message>
        <message>
            <source>Lock</source>
            <translation>Sperre</translation>
        </message>
        <message>
            <source>Wide menu</source>
            <translation>Breites Menü</translation>
        </message>
        <message>
            <source>Narrow menu</source>
            <translation>Schmales Menü</translation>
        </message>
    </context>
    <context>
        <name>NetworkPlan</name>
        <message>
            <source>A network is needed, such as 10.42.0.0/16</source>
            <translation>Ein Netz fehlt, etwa 10.42.0.0/16</translation>
        </message>
        <message>
            <source>“%1” is not a network such as 10.42.0.0/16</source>
            <translation>„%1“ ist kein Netz wie 10.42.0.0/16</translation>
        </message>
        <message>
            <source>At most one network of each family is possible</source>
            <translation>Höchstens ein Netz je Familie ist möglich</translation>
        </message>
        <message>
            <source>%1 is too large for services: its mask must be at least /%2</source>
            <translation>%1 ist zu groß für Services: mindestens die Maske /%2</translation>
        </message>
        <message>
            <source>%1 is too small: each node takes a /%2 of it</source>
            <translation>%1 ist zu klein: Jeder Knoten nimmt ein /%2 davon</translation>
        </message>
        <message>
            <source>%1 has room for one node only</source>
            <translation>%1 hat Platz für nur einen Knoten</translation>
        </message>
        <message>
            <source>%1 clashes with the network of this machine on %2 (%3)</source>
            <translation>%1 überschneidet sich mit dem Netz dieses Geräts an %2 (%3)</translation>
        </message>
        <message>
            <source>%1 clashes with the network of the pods, %2</source>
            <translation>%1 überschneidet sich mit dem Netz der Pods, %2</translation>
        </message>
        <message>
            <source>Pods and services need networks of the same families</source>
            <translation>Pods und Services brauchen Netze derselben Familien</translation>
        </message>
    </context>
    <context>
        <name>NodeCapacity</name>
        <message>
            <source>Requested by pods</source>
            <translation>Von Pods angefordert</translation>
        </message>
    </context>
    <context>
        <name>NodeCard</name>
        <message>
            <source>CPU</source>
            <translation>CPU</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>Arbeitsspeicher</translation>
        </message>
        <message>
            <source>More actions for %1</source>
            <translation>Weitere Aktionen für %1</translation>
        </message>
    </context>
    <context>
        <name>NodePage</name>
        <message>
            <source>Node</source>
            <translation>Knoten</translation>
        </message>
        <message>
            <source>It has been removed from the cluster.</source>
            <translation>Er wurde aus dem Cluster entfernt.</translation>
        </message>
        <message>
            <source>Deleted</source>
            <translation>Gelöscht</translation>
        </message>
        <message>
            <source>Drain</source>
            <translation>Räumen</translation>
        </message>
        <message>
            <source>Overview</source>
            <translation>Überblick</translation>
        </message>
        <message>
            <source>Pods</source>
            <translation>Pods</translation>
        </message>
        <message>
            <source>Events</source>
            <translation>Ereignisse</translation>
        </message>
        <message>
            <source>Images</source>
            <translation>Images</translation>
        </message>
        <message>
            <source>YAML</source>
            <translation>YAML</translation>
        </message>
        <message>
            <source>Taints</source>
            <translation>Taints</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>Einzelheiten</translation>
        </message>
        <message>
            <source>No pods on this node</source>
            <translation>Keine Pods auf diesem Knoten</translation>
        </message>
    </context>
    <context>
        <name>Nodes</name>
        <message>
            <source>CPU</source>
            <translation>CPU</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>Arbeitsspeicher</translation>
        </message>
        <message>
            <source>Pods</source>
            <translation>Pods</translation>
        </message>
        <message>
            <source>Temporary storage</source>
            <translation>Zwischenspeicher</translation>
        </message>
        <message>
            <source>Unknown</source>
            <translation>Unbekannt</translation>
        </message>
        <message>
            <source>Ready</source>
            <translation>Bereit</translation>
        </message>
        <message>
            <source>Not ready</source>
            <translation>Nicht bereit</translation>
        </message>
        <message>
            <source>%1, takes no new pods</source>
            <translation>%1, nimmt keine neuen Pods an</translation>
        </message>
        <message>
            <source>%1 of %2</source>
            <translation>%1 von %2</translation>
        </message>
        <message>
            <source>%1 of %2 requested</source>
            <translation>%1 von %2 angefordert</translation>
        </message>
    </context>
    <context>
        <name>NodesPage</name>
        <message>
            <source>Nodes</source>
            <translation>Knoten</translation>
        </message>
        <message>
            <source>No nodes</source>
            <translation>Keine Knoten</translation>
        </message>
        <message>
            <source>This cluster has no machine yet that runs pods.</source>
            <translation>Dieser Cluster hat noch kein Gerät, das Pods ausführt.</translation>
        </message>
        <message>
            <source>Join another machine</source>
            <translation>Weiteres Gerät aufnehmen</translation>
        </message>
        <message>
            <source>One machine so far</source>
            <translation>Bisher ein Gerät</translation>
        </message>
        <message>
            <source>With another one, pods have a place to go to when this one fails or is taken out of service.</source>
            <translation>Mit einem weiteren haben Pods einen Platz, wenn dieses ausfällt oder außer Betrieb geht.</translation>
        </message>
        <message>
            <source>Show how it joins</source>
            <translation>Zeigen, wie es beitritt</translation>
        </message>
    </context>
    <context>
        <name>NoticesCard</name>
        <message>
            <source>Open</source>
            <translation>Öffnen</translation>
        </message>
        <message>
            <source>Open: %1</source>
            <translation>Öffnen: %1</translation>
        </message>
        <message>
            <source>Needs attention</source>
            <translation>Zu beachten</translation>
        </message>
    </context>
    <context>
        <name>ObjectOverview</name>
        <message>
            <source>At a glance</source>
            <translation>Auf einen Blick</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>Einzelheiten</translation>
        </message>
        <message>
            <source>Made by</source>
            <translation>Erstellt von</translation>
        </message>
    </context>
    <context>
        <name>ObjectPage</name>
        <message>
            <source>%1 in %2</source>
            <translation>%1 in %2</translation>
        </message>
        <message>
            <source>It has been deleted.</source>
            <translation>Wurde gelöscht.</translation>
        </message>
        <message>
            <source>Deleted</source>
            <translation>Gelöscht</translation>
        </message>
        <message>
            <source>Is being deleted</source>
            <translation>Wird gelöscht</translation>
        </message>
        <message>
            <source>Edit YAML</source>
            <translation>YAML bearbeiten</translation>
        </message>
        <message>
            <source>Expand</source>
            <translation>Vergrößern</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>Schlüssel</translation>
        </message>
        <message>
            <source>Overview</source>
            <translation>Überblick</translation>
        </message>
        <message>
            <source>Pods</source>
            <translation>Pods</translation>
        </message>
        <message>
            <source>Events</source>
            <translation>Ereignisse</translation>
        </message>
        <message>
            <source>YAML</source>
            <translation>YAML</translation>
        </message>
        <message>
            <source>It selects no pods</source>
            <translation>Wählt keine Pods aus</translation>
        </message>
    </context>
    <context>
        <name>OidcFields</name>
        <message>
            <source>Provider</source>
            <translation>Anbieter</translation>
        </message>
        <message>
            <source>Issuer's address</source>
            <translation>Adresse des Ausstellers</translation>
        </message>
        <message>
            <source>Tokens name it, and its keys are fetched from it. https only.</source>
            <translation>Token nennen sie, und von dort kommen die Schlüssel. Nur https.</translation>
        </message>
        <message>
            <source>Client ID</source>
            <translation>Client-ID</translation>
        </message>
        <message>
            <source>Tokens that are made for another client are refused.</source>
            <translation>Token für andere Clients werden abgelehnt.</translation>
        </message>
        <message>
            <source>CA file of the issuer</source>
            <translation>CA-Datei des Ausstellers</translation>
        </message>
        <message>
            <source>A file on the cluster's machine; empty: the system's CAs.</source>
            <translation>Eine Datei auf dem Gerät des Clusters; leer: die CAs des Systems.</translation>
        </message>
        <message>
            <source>Names and groups</source>
            <translation>Namen und Gruppen</translation>
        </message>
        <message>
            <source>Claim of the user's name</source>
            <translation>Claim des Benutzernamens</translation>
        </message>
        <message>
            <source>Prefix of users' names</source>
            <translation>Präfix der Benutzernamen</translation>
        </message>
        <message>
            <source>“-” means none.</source>
            <translation>„-“ heißt keines.</translation>
        </message>
        <message>
            <source>Claim of the groups</source>
            <translation>Claim der Gruppen</translation>
        </message>
        <message>
            <source>Prefix of groups</source>
            <translation>Präfix der Gruppen</translation>
        </message>
        <message>
            <source>Claims that tokens must have</source>
            <translation>Claims, die Token haben müssen</translation>
        </message>
        <message>
            <source>Accepted signatures</source>
            <translation>Zulässige Signaturen</translation>
        </message>
    </context>
    <context>
        <name>OidcPage</name>
        <message>
            <source>Sign-in</source>
            <translation>Anmeldung</translation>
        </message>
        <message>
            <source>The identity provider of this cluster (OpenID Connect)</source>
            <translation>Der Identitätsanbieter dieses Clusters (OpenID Connect)</translation>
        </message>
        <message>
            <source>Identity provider</source>
            <translation>Identitätsanbieter</translation>
        </message>
        <message>
            <source>None</source>
            <translation>Keiner</translation>
        </message>
        <message>
            <source>Own</source>
            <translation>Eigener</translation>
        </message>
        <message>
            <source>Of the fleet</source>
            <translation>Der der Flotte</translation>
        </message>
        <message>
            <source>People sign in with client certificates and tokens of service accounts only.</source>
            <translation>Anmeldung nur mit Client-Zertifikaten und Token von Dienstkonten.</translation>
        </message>
        <message>
            <source>This cluster has an identity provider of its own.</source>
            <translation>Dieser Cluster hat einen eigenen Identitätsanbieter.</translation>
        </message>
        <message>
            <source>The settings come from %1.</source>
            <translation>Die Einstellungen kommen von %1.</translation>
        </message>
        <message>
            <source>There is no fleet's file yet: %1</source>
            <translation>Noch keine Datei der Flotte da: %1</translation>
        </message>
    </context>
    <context>
        <name>Operation</name>
        <message>
            <source>Restart of the daemon</source>
            <translation>Neustart des Daemons</translation>
        </message>
        <message>
            <source>Drain</source>
            <translation>Räumen</translation>
        </message>
        <message>
            <source>Reboot</source>
            <translation>Neustart des Geräts</translation>
        </message>
        <message>
            <source>New certificates</source>
            <translation>Neue Zertifikate</translation>
        </message>
        <message>
            <source>Compaction of the datastore</source>
            <translation>Verdichten des Datenspeichers</translation>
        </message>
        <message>
            <source>Back-up</source>
            <translation>Sicherung</translation>
        </message>
        <message>
            <source>Restore</source>
            <translation>Wiederherstellung</translation>
        </message>
        <message>
            <source>Import of images</source>
            <translation>Import von Images</translation>
        </message>
        <message>
            <source>Removal of an image</source>
            <translation>Entfernen eines Images</translation>
        </message>
        <message>
            <source>Clean-up</source>
            <translation>Aufräumen</translation>
        </message>
        <message>
            <source>Upgrade</source>
            <translation>Aktualisierung</translation>
        </message>
        <message>
            <source>Support bundle</source>
            <translation>Diagnosepaket</translation>
        </message>
        <message>
            <source>%1: %2</source>
            <translation>%1: %2</translation>
        </message>
        <message>
            <source>Copying</source>
            <translation>Wird kopiert</translation>
        </message>
        <message>
            <source>Checking the archive</source>
            <translation>Das Archiv wird geprüft</translation>
        </message>
        <message>
            <source>Backing up the present state</source>
            <translation>Der jetzige Stand wird gesichert</translation>
        </message>
        <message>
            <source>Dropping history</source>
            <translation>Alte Stände werden verworfen</translation>
        </message>
        <message>
            <source>Giving free space back</source>
            <translation>Freier Platz wird zurückgegeben</translation>
        </message>
        <message>
            <source>Keeping new pods away</source>
            <translation>Neue Pods werden ferngehalten</translation>
        </message>
        <message>
            <source>Moving pods</source>
            <translation>Pods werden verlegt</translation>
        </message>
        <message>
            <source>Reading</source>
            <translation>Wird gelesen</translation>
        </message>
        <message>
            <source>Unpacking the images</source>
            <translation>Die Images werden ausgepackt</translation>
        </message>
        <message>
            <source>Removing</source>
            <translation>Wird entfernt</translation>
        </message>
        <message>
            <source>The machine goes down</source>
            <translation>Das Gerät fährt herunter</translation>
        </message>
        <message>
            <source>The daemon stops and starts again</source>
            <translation>Der Dienst hält an und startet neu</translation>
        </message>
        <message>
            <source>Waiting until everything works</source>
            <translation>Wartet, bis alles läuft</translation>
        </message>
        <message>
            <source>Going back to what worked</source>
            <translation>Zurück zu dem, was lief</translation>
        </message>
        <message>
            <source>Copying the program</source>
            <translation>Das Programm wird kopiert</translation>
        </message>
        <message>
            <source>Trying whether the program runs</source>
            <translation>Das Programm wird ausprobiert</translation>
        </message>
        <message>
            <source>Changing to the new program</source>
            <translation>Wechsel zum neuen Programm</translation>
        </message>
        <message>
            <source>Reading states and logs</source>
            <translation>Zustände und Protokolle werden gelesen</translation>
        </message>
        <message>
            <source>Packing</source>
            <translation>Wird gepackt</translation>
        </message>
        <message>
            <source>Removing unused images</source>
            <translation>Unbenutzte Images werden entfernt</translation>
        </message>
        <message>
            <source>Removing ended containers</source>
            <translation>Beendete Container werden entfernt</translation>
        </message>
        <message>
            <source>Removing old logs</source>
            <translation>Alte Protokolle werden entfernt</translation>
        </message>
        <message>
            <source>Removing orphaned volumes</source>
            <translation>Verwaiste Volumes werden entfernt</translation>
        </message>
        <message>
            <source>Removing old back-ups</source>
            <translation>Alte Sicherungen werden entfernt</translation>
        </message>
        <message>
            <source>Removing uploads</source>
            <translation>Hochgeladenes wird entfernt</translation>
        </message>
    </context>
    <context>
        <name>OperationCard</name>
        <message>
            <source>Done</source>
            <translation>Erledigt</translation>
        </message>
        <message>
            <source>Not done</source>
            <translation>Nicht erledigt</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
    </context>
    <context>
        <name>OptionControl</name>
        <message>
            <source>One value a line</source>
            <translation>Ein Wert je Zeile</translation>
        </message>
    </context>
    <context>
        <name>OptionItem</name>
        <message>
            <source>Forget the change of %1</source>
            <translation>Änderung von %1 vergessen</translation>
        </message>
        <message>
            <source>Take the setting of %1 away</source>
            <translation>Einstellung von %1 wegnehmen</translation>
        </message>
    </context>
    <context>
        <name>OutsideChangesDialog</name>
        <message>
            <source>Changed on both sides</source>
            <translation>Auf beiden Seiten geändert</translation>
        </message>
        <message>
            <source>Put my changes on top</source>
            <translation>Meine Änderungen darauf anwenden</translation>
        </message>
        <message>
            <source>What changed in the cluster</source>
            <translation>Was sich im Cluster geändert hat</translation>
        </message>
        <message>
            <source>Nothing that you could see.</source>
            <translation>Nichts Sichtbares.</translation>
        </message>
        <message>
            <source>What you changed</source>
            <translation>Was hier geändert wurde</translation>
        </message>
        <message>
            <source>Nothing yet.</source>
            <translation>Noch nichts.</translation>
        </message>
        <message>
            <source>Drop my changes</source>
            <translation>Meine Änderungen verwerfen</translation>
        </message>
    </context>
    <context>
        <name>OverviewPage</name>
        <message>
            <source>Overview</source>
            <translation>Überblick</translation>
        </message>
    </context>
    <context>
        <name>OverviewTiles</name>
        <message>
            <source>Nodes ready</source>
            <translation>Knoten bereit</translation>
        </message>
        <message>
            <source>Pods</source>
            <translation>Pods</translation>
        </message>
        <message>
            <source>Running for</source>
            <translation>Läuft seit</translation>
        </message>
        <message>
            <source>Daemon memory</source>
            <translation>Speicher des Daemons</translation>
        </message>
    </context>
    <context>
        <name>PageHeader</name>
        <message>
            <source>Back</source>
            <translation>Zurück</translation>
        </message>
        <message>
            <source>More actions</source>
            <translation>Weitere Aktionen</translation>
        </message>
    </context>
    <context>
        <name>Pages</name>
        <message>
            <source>Overview</source>
            <translation>Überblick</translation>
        </message>
        <message>
            <source>Cluster</source>
            <translation>Cluster</translation>
        </message>
        <message>
            <source>Clusters</source>
            <translation>Cluster</translation>
        </message>
        <message>
            <source>Connection</source>
            <translation>Verbindung</translation>
        </message>
        <message>
            <source>Nodes</source>
            <translation>Knoten</translation>
        </message>
        <message>
            <source>Node</source>
            <translation>Knoten</translation>
        </message>
        <message>
            <source>Workloads</source>
            <translation>Workloads</translation>
        </message>
        <message>
            <source>Applications</source>
            <translation>Anwendungen</translation>
        </message>
        <message>
            <source>Workload</source>
            <translation>Workload</translation>
        </message>
        <message>
            <source>Pod</source>
            <translation>Pod</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>Protokoll</translation>
        </message>
        <message>
            <source>Terminal</source>
            <translation>Terminal</translation>
        </message>
        <message>
            <source>Port forwards</source>
            <translation>Portweiterleitungen</translation>
        </message>
        <message>
            <source>Services and ingress</source>
            <translation>Services und Ingress</translation>
        </message>
        <message>
            <source>Configuration</source>
            <translation>Konfiguration</translation>
        </message>
        <message>
            <source>Claims and volumes</source>
            <translation>Ansprüche und Volumes</translation>
        </message>
        <message>
            <source>Events</source>
            <translation>Ereignisse</translation>
        </message>
        <message>
            <source>All resources</source>
            <translation>Alle Ressourcen</translation>
        </message>
        <message>
            <source>Resource</source>
            <translation>Ressource</translation>
        </message>
        <message>
            <source>Object</source>
            <translation>Objekt</translation>
        </message>
        <message>
            <source>Deploy an application</source>
            <translation>Anwendung ausrollen</translation>
        </message>
        <message>
            <source>Users and roles</source>
            <translation>Benutzer und Rollen</translation>
        </message>
        <message>
            <source>YAML</source>
            <translation>YAML</translation>
        </message>
        <message>
            <source>Tokens</source>
            <translation>Token</translation>
        </message>
        <message>
            <source>Appliance</source>
            <translation>Gerät</translation>
        </message>
        <message>
            <source>Sign-in</source>
            <translation>Anmeldung</translation>
        </message>
        <message>
            <source>Registries</source>
            <translation>Registries</translation>
        </message>
        <message>
            <source>Images</source>
            <translation>Images</translation>
        </message>
        <message>
            <source>Disks</source>
            <translation>Platten</translation>
        </message>
        <message>
            <source>Back-ups</source>
            <translation>Sicherungen</translation>
        </message>
        <message>
            <source>Upgrades</source>
            <translation>Aktualisierungen</translation>
        </message>
        <message>
            <source>Certificates</source>
            <translation>Zertifikate</translation>
        </message>
        <message>
            <source>Daemon options</source>
            <translation>Optionen des Daemons</translation>
        </message>
        <message>
            <source>Diagnostics</source>
            <translation>Diagnose</translation>
        </message>
        <message>
            <source>Set up this device</source>
            <translation>Dieses Gerät einrichten</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>Einstellungen</translation>
        </message>
        <message>
            <source>This program</source>
            <translation>Dieses Programm</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>Schlüssel</translation>
        </message>
    </context>
    <context>
        <name>PinDialog</name>
        <message>
            <source>PIN for configuring</source>
            <translation>PIN zum Einrichten</translation>
        </message>
        <message>
            <source>PIN for operating</source>
            <translation>PIN zum Bedienen</translation>
        </message>
    </context>
    <context>
        <name>PinPad</name>
        <message>
            <source>PIN</source>
            <translation>PIN</translation>
        </message>
        <message>
            <source>Delete the last digit</source>
            <translation>Letzte Ziffer löschen</translation>
        </message>
        <message>
            <source>Enter</source>
            <translation>Eingeben</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
    </context>
    <context>
        <name>PinSetting</name>
        <message>
            <source>Change</source>
            <translation>Ändern</translation>
        </message>
        <message>
            <source>Set</source>
            <translation>Setzen</translation>
        </message>
        <message>
            <source>Change the %1</source>
            <translation>%1 ändern</translation>
        </message>
        <message>
            <source>Set the %1</source>
            <translation>%1 setzen</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>Entfernen</translation>
        </message>
        <message>
            <source>Remove the %1</source>
            <translation>%1 entfernen</translation>
        </message>
        <message>
            <source>Once more</source>
            <translation>Noch einmal</translation>
        </message>
        <message>
            <source>These were two different PINs.</source>
            <translation>Das waren zwei verschiedene PINs.</translation>
        </message>
    </context>
    <context>
        <name>Plot</name>
        <message>
            <source>No data</source>
            <translation>Keine Daten</translation>
        </message>
        <message>
            <source>%1 %</source>
            <translation>%1 %</translation>
        </message>
        <message>
            <source>%1 B</source>
            <translation>%1 B</translation>
        </message>
        <message>
            <source>%1/s</source>
            <translation>%1/s</translation>
        </message>
    </context>
    <context>
        <name>PodFacts</name>
        <message>
            <source>Details</source>
            <translation>Einzelheiten</translation>
        </message>
        <message>
            <source>Made by</source>
            <translation>Erstellt von</translation>
        </message>
    </context>
    <context>
        <name>PodPage</name>
        <message>
            <source>Pod in %1</source>
            <translation>Pod in %1</translation>
        </message>
        <message>
            <source>It has been deleted.</source>
            <translation>Wurde gelöscht.</translation>
        </message>
        <message>
            <source>Deleted</source>
            <translation>Gelöscht</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>Protokoll</translation>
        </message>
        <message>
            <source>Terminal</source>
            <translation>Terminal</translation>
        </message>
        <message>
            <source>Forward a port</source>
            <translation>Port weiterleiten</translation>
        </message>
        <message>
            <source>Edit YAML</source>
            <translation>YAML bearbeiten</translation>
        </message>
        <message>
            <source>Containers</source>
            <translation>Container</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>Einzelheiten</translation>
        </message>
        <message>
            <source>Environment</source>
            <translation>Umgebung</translation>
        </message>
        <message>
            <source>Volumes</source>
            <translation>Volumes</translation>
        </message>
        <message>
            <source>Events</source>
            <translation>Ereignisse</translation>
        </message>
        <message>
            <source>YAML</source>
            <translation>YAML</translation>
        </message>
    </context>
    <context>
        <name>PodRows</name>
        <message>
            <source>%1 up to %2</source>
            <translation>%1 bis zu %2</translation>
        </message>
        <message>
            <source>%1 at least %2</source>
            <translation>%1 mindestens %2</translation>
        </message>
        <message>
            <source>%1 from %2 to %3</source>
            <translation>%1 von %2 bis %3</translation>
        </message>
        <message>
            <source>%1: %2, every %3 s, gives up after %4</source>
            <translation>%1: %2, alle %3 s, gibt nach %4 auf</translation>
        </message>
        <message>
            <source>Startup</source>
            <translation>Start</translation>
        </message>
        <message>
            <source>Liveness</source>
            <translation>Lebenszeichen</translation>
        </message>
        <message>
            <source>Readiness</source>
            <translation>Bereitschaft</translation>
        </message>
        <message>
            <source>exit code %1</source>
            <translation>Rückgabewert %1</translation>
        </message>
        <message>
            <source>Ended before: %1</source>
            <translation>Davor beendet: %1</translation>
        </message>
        <message>
            <source>Sidecar</source>
            <translation>Beiwagen</translation>
        </message>
        <message>
            <source>Init</source>
            <translation>Init</translation>
        </message>
        <message>
            <source>Debug</source>
            <translation>Debug</translation>
        </message>
        <message>
            <source>Secret %1, key %2</source>
            <translation>Secret %1, Schlüssel %2</translation>
        </message>
        <message>
            <source>ConfigMap %1, key %2</source>
            <translation>ConfigMap %1, Schlüssel %2</translation>
        </message>
        <message>
            <source>Field %1</source>
            <translation>Feld %1</translation>
        </message>
        <message>
            <source>Resource %1</source>
            <translation>Ressource %1</translation>
        </message>
        <message>
            <source>Folder of the node</source>
            <translation>Ordner des Knotens</translation>
        </message>
        <message>
            <source>Image</source>
            <translation>Image</translation>
        </message>
        <message>
            <source>Memory, for the life of the pod</source>
            <translation>Arbeitsspeicher, solange der Pod lebt</translation>
        </message>
        <message>
            <source>Disk, for the life of the pod</source>
            <translation>Platte, solange der Pod lebt</translation>
        </message>
        <message>
            <source>Combined: %1</source>
            <translation>Kombiniert: %1</translation>
        </message>
        <message>
            <source>every key of ConfigMap %1</source>
            <translation>alle Schlüssel der ConfigMap %1</translation>
        </message>
        <message>
            <source>every key of Secret %1</source>
            <translation>alle Schlüssel des Secrets %1</translation>
        </message>
        <message>
            <source>(read only)</source>
            <translation>(nur lesbar)</translation>
        </message>
    </context>
    <context>
        <name>RegistriesPage</name>
        <message>
            <source>Registries</source>
            <translation>Registries</translation>
        </message>
        <message>
            <source>View</source>
            <translation>Ansicht</translation>
        </message>
        <message>
            <source>List</source>
            <translation>Liste</translation>
        </message>
        <message>
            <source>YAML</source>
            <translation>YAML</translation>
        </message>
        <message>
            <source>Add registry</source>
            <translation>Registry hinzufügen</translation>
        </message>
        <message>
            <source>The file cannot be read</source>
            <translation>Die Datei lässt sich nicht lesen</translation>
        </message>
        <message>
            <source>No registries are set</source>
            <translation>Keine Registries gesetzt</translation>
        </message>
        <message>
            <source>Images come from where their names say. Add a mirror or the credentials of a private registry here.</source>
            <translation>Images kommen von dort, wo ihr Name hinzeigt. Hier einen Spiegel oder die Zugangsdaten einer privaten Registry hinzufügen.</translation>
        </message>
        <message>
            <source>registries.yaml</source>
            <translation>registries.yaml</translation>
        </message>
    </context>
    <context>
        <name>RegistryDialog</name>
        <message>
            <source>Add registry</source>
            <translation>Registry hinzufügen</translation>
        </message>
        <message>
            <source>Registry %1</source>
            <translation>Registry %1</translation>
        </message>
        <message>
            <source>Take over</source>
            <translation>Übernehmen</translation>
        </message>
        <message>
            <source>Registry</source>
            <translation>Registry</translation>
        </message>
        <message>
            <source>As image names begin, with the port: registry.example.com:5000. “*” stands for all others.</source>
            <translation>Wie Imagenamen beginnen, mit Port: registry.example.com:5000. „*“ steht für alle übrigen.</translation>
        </message>
        <message>
            <source>Mirrors</source>
            <translation>Spiegel</translation>
        </message>
        <message>
            <source>Addresses that are tried in this order, one a line.</source>
            <translation>Adressen, die in dieser Reihenfolge versucht werden, eine je Zeile.</translation>
        </message>
        <message>
            <source>User</source>
            <translation>Benutzer</translation>
        </message>
        <message>
            <source>Password</source>
            <translation>Passwort</translation>
        </message>
        <message>
            <source>stored; empty leaves it</source>
            <translation>hinterlegt; leer bleibt es</translation>
        </message>
        <message>
            <source>CA file</source>
            <translation>CA-Datei</translation>
        </message>
        <message>
            <source>A file on the cluster's machine.</source>
            <translation>Eine Datei auf dem Gerät des Clusters.</translation>
        </message>
        <message>
            <source>Accept any certificate</source>
            <translation>Jedes Zertifikat annehmen</translation>
        </message>
        <message>
            <source>Others on the network could give the cluster false images.</source>
            <translation>Andere im Netz könnten dem Cluster falsche Images geben.</translation>
        </message>
    </context>
    <context>
        <name>RegistryRows</name>
        <message>
            <source>Edit</source>
            <translation>Bearbeiten</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>Entfernen</translation>
        </message>
    </context>
    <context>
        <name>RelatedRows</name>
        <message>
            <source>This cannot be shown</source>
            <translation>Das lässt sich nicht zeigen</translation>
        </message>
    </context>
    <context>
        <name>Relations</name>
        <message>
            <source>Endpoints</source>
            <translation>Endpunkte</translation>
        </message>
        <message>
            <source>Nothing answers for this service.</source>
            <translation>Für diesen Service antwortet nichts.</translation>
        </message>
        <message>
            <source>Services</source>
            <translation>Services</translation>
        </message>
        <message>
            <source>None of its services is there.</source>
            <translation>Keiner seiner Services ist da.</translation>
        </message>
        <message>
            <source>Used by</source>
            <translation>Verwendet von</translation>
        </message>
        <message>
            <source>No pod uses it.</source>
            <translation>Kein Pod verwendet es.</translation>
        </message>
        <message>
            <source>No claim holds it.</source>
            <translation>Kein Anspruch hält es.</translation>
        </message>
        <message>
            <source>Claims</source>
            <translation>Ansprüche</translation>
        </message>
        <message>
            <source>No claim has this class.</source>
            <translation>Kein Anspruch hat diese Klasse.</translation>
        </message>
        <message>
            <source>Bindings</source>
            <translation>Bindungen</translation>
        </message>
        <message>
            <source>Nobody has this role.</source>
            <translation>Niemand hat diese Rolle.</translation>
        </message>
        <message>
            <source>Nobody has this role in the whole cluster.</source>
            <translation>Niemand hat diese Rolle im ganzen Cluster.</translation>
        </message>
    </context>
    <context>
        <name>ReplicaStepper</name>
        <message>
            <source>One replica less</source>
            <translation>Ein Replikat weniger</translation>
        </message>
        <message numerus="yes">
            <source>%n replica(s)</source>
            <translation>
                <numerusform>%n Replikat</numerusform>
                <numerusform>%n Replikate</numerusform>
            </translation>
        </message>
        <message>
            <source>One replica more</source>
            <translation>Ein Replikat mehr</translation>
        </message>
    </context>
    <context>
        <name>ResourceHeadings</name>
        <message>
            <source>Name</source>
            <translation>Name</translation>
        </message>
        <message>
            <source>Namespace</source>
            <translation>Namensraum</translation>
        </message>
        <message>
            <source>Age</source>
            <translation>Alter</translation>
        </message>
    </context>
    <context>
        <name>ResourceList</name>
        <message>
            <source>Nothing here</source>
            <translation>Hier ist nichts</translation>
        </message>
        <message>
            <source>There is none in namespace %1.</source>
            <translation>Im Namensraum %1 gibt es keine.</translation>
        </message>
        <message>
            <source>%1 of %2</source>
            <translation>%1 von %2</translation>
        </message>
        <message numerus="yes">
            <source>%n object(s)</source>
            <translation>
                <numerusform>%n Objekt</numerusform>
                <numerusform>%n Objekte</numerusform>
            </translation>
        </message>
        <message>
            <source>Objects</source>
            <translation>Objekte</translation>
        </message>
        <message>
            <source>Loading…</source>
            <translation>Wird geladen …</translation>
        </message>
        <message>
            <source>You may not see this</source>
            <translation>Dafür fehlt die Berechtigung</translation>
        </message>
        <message>
            <source>This cannot be shown</source>
            <translation>Das lässt sich nicht zeigen</translation>
        </message>
        <message>
            <source>Nothing fits the search</source>
            <translation>Nichts passt zur Suche</translation>
        </message>
        <message>
            <source>Search looks at names, namespaces and what the columns say.</source>
            <translation>Gesucht wird in Namen, Namensräumen und den Spalten.</translation>
        </message>
    </context>
    <context>
        <name>ResourceRow</name>
        <message>
            <source>More actions for %1</source>
            <translation>Weiteres zu %1</translation>
        </message>
    </context>
    <context>
        <name>ResourcesPage</name>
        <message>
            <source>All resources</source>
            <translation>Alle Ressourcen</translation>
        </message>
        <message>
            <source>New from YAML</source>
            <translation>Neu aus YAML</translation>
        </message>
        <message>
            <source>Count again</source>
            <translation>Neu zählen</translation>
        </message>
        <message>
            <source>Search kinds</source>
            <translation>Arten suchen</translation>
        </message>
        <message>
            <source>Only with objects</source>
            <translation>Nur mit Objekten</translation>
        </message>
        <message>
            <source>Kinds</source>
            <translation>Arten</translation>
        </message>
        <message>
            <source>%1 · %2</source>
            <translation>%1 · %2</translation>
        </message>
        <message>
            <source>%1 · %2 · of the whole cluster</source>
            <translation>%1 · %2 · im ganzen Cluster</translation>
        </message>
        <message>
            <source>No kind fits the search</source>
            <translation>Keine Art passt zur Suche</translation>
        </message>
    </context>
    <context>
        <name>RestoreDialog</name>
        <message>
            <source>Restore this back-up?</source>
            <translation>Diese Sicherung wiederherstellen?</translation>
        </message>
        <message>
            <source>All objects of the cluster become what they were then; what was made or changed since is lost. The daemon restarts.</source>
            <translation>Alle Objekte des Clusters werden, wie sie damals waren; seither Erstelltes oder Geändertes geht verloren. Der Daemon startet neu.</translation>
        </message>
        <message>
            <source>Restore</source>
            <translation>Wiederherstellung</translation>
        </message>
        <message>
            <source>Make a back-up of the present state before</source>
            <translation>Vorher den jetzigen Stand sichern</translation>
        </message>
    </context>
    <context>
        <name>ReviewDialog</name>
        <message>
            <source>This changes in the cluster</source>
            <translation>Das ändert sich im Cluster</translation>
        </message>
        <message>
            <source>Apply</source>
            <translation>Anwenden</translation>
        </message>
        <message>
            <source>%1 is a production cluster.</source>
            <translation>%1 ist ein Produktionscluster.</translation>
        </message>
        <message>
            <source>The server has checked it and found no fault.</source>
            <translation>Der Server hat es geprüft und nichts beanstandet.</translation>
        </message>
        <message>
            <source>Nothing: it is the same already.</source>
            <translation>Nichts: Es ist schon so.</translation>
        </message>
    </context>
    <context>
        <name>RevisionRows</name>
        <message>
            <source>Revision %1</source>
            <translation>Revision %1</translation>
        </message>
        <message>
            <source>Current</source>
            <translation>Aktuell</translation>
        </message>
        <message>
            <source>Hide changes</source>
            <translation>Änderungen ausblenden</translation>
        </message>
        <message>
            <source>Show changes</source>
            <translation>Änderungen zeigen</translation>
        </message>
        <message>
            <source>Roll back</source>
            <translation>Zurückkehren</translation>
        </message>
        <message>
            <source>The pods would be the same.</source>
            <translation>Die Pods wären dieselben.</translation>
        </message>
        <message>
            <source>No revisions yet</source>
            <translation>Noch keine Revisionen</translation>
        </message>
    </context>
    <context>
        <name>ScaleDialog</name>
        <message>
            <source>Scale %1</source>
            <translation>%1 skalieren</translation>
        </message>
        <message>
            <source>Replicas</source>
            <translation>Replikate</translation>
        </message>
        <message>
            <source>Now: %1</source>
            <translation>Jetzt: %1</translation>
        </message>
        <message>
            <source>With no replica it serves nothing.</source>
            <translation>Ohne Replikat ist nichts erreichbar.</translation>
        </message>
        <message>
            <source>Scale to %1</source>
            <translation>Auf %1 skalieren</translation>
        </message>
    </context>
    <context>
        <name>ScreenSettings</name>
        <message>
            <source>Screen</source>
            <translation>Bildschirm</translation>
        </message>
        <message>
            <source>Switch the screen off</source>
            <translation>Bildschirm abschalten</translation>
        </message>
        <message>
            <source>The first touch only switches it on again.</source>
            <translation>Die erste Berührung schaltet ihn nur wieder ein.</translation>
        </message>
        <message>
            <source>Kiosk</source>
            <translation>Kiosk</translation>
        </message>
        <message>
            <source>This program fills the screen and is not left without the PIN for configuring.</source>
            <translation>Dieses Programm füllt den Bildschirm und wird nur mit der PIN zum Einrichten verlassen.</translation>
        </message>
        <message>
            <source>On-screen keyboard</source>
            <translation>Bildschirmtastatur</translation>
        </message>
        <message>
            <source>From the next start on.</source>
            <translation>Ab dem nächsten Start.</translation>
        </message>
    </context>
    <context>
        <name>SearchBar</name>
        <message>
            <source>Search</source>
            <translation>Suchen</translation>
        </message>
        <message>
            <source>Clear</source>
            <translation>Leeren</translation>
        </message>
    </context>
    <context>
        <name>ServicesPage</name>
        <message>
            <source>Services and ingress</source>
            <translation>Services und Ingress</translation>
        </message>
        <message>
            <source>Services</source>
            <translation>Services</translation>
        </message>
        <message>
            <source>Ingresses</source>
            <translation>Ingresses</translation>
        </message>
    </context>
    <context>
        <name>SettingsPage</name>
        <message>
            <source>Settings</source>
            <translation>Einstellungen</translation>
        </message>
        <message>
            <source>About</source>
            <translation>Über</translation>
        </message>
        <message>
            <source>Version</source>
            <translation>Version</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>Schlüssel</translation>
        </message>
        <message>
            <source>Show</source>
            <translation>Zeigen</translation>
        </message>
    </context>
    <context>
        <name>SetupFields</name>
        <message>
            <source>A node of the former name stays until it is deleted.</source>
            <translation>Ein Knoten des früheren Namens bleibt, bis er gelöscht wird.</translation>
        </message>
        <message>
            <source>A cluster that is there keeps the one that it was made with.</source>
            <translation>Ein Cluster, den es schon gibt, behält das, mit dem er angelegt wurde.</translation>
        </message>
        <message>
            <source>This cluster is in use</source>
            <translation>Dieser Cluster ist in Gebrauch</translation>
        </message>
        <message>
            <source>Other names, addresses or networks than those that it was made with strand what runs in it. Make a back-up before.</source>
            <translation>Andere Namen, Adressen oder Netze als die, mit denen er erstellt wurde, machen unerreichbar, was in ihm läuft. Vorher sichern.</translation>
        </message>
        <message>
            <source>Name and address</source>
            <translation>Name und Adresse</translation>
        </message>
        <message>
            <source>Name of this device in the cluster</source>
            <translation>Name dieses Geräts im Cluster</translation>
        </message>
        <message>
            <source>Address that other machines reach it by</source>
            <translation>Adresse, unter der andere Geräte es erreichen</translation>
        </message>
        <message>
            <source>Networks</source>
            <translation>Netze</translation>
        </message>
        <message>
            <source>Ranges of addresses that nothing else uses, here and where the cluster's machines must reach.</source>
            <translation>Adressbereiche, die sonst nichts verwendet, hier und überall, wohin die Geräte des Clusters reichen müssen.</translation>
        </message>
        <message>
            <source>Of pods</source>
            <translation>Der Pods</translation>
        </message>
        <message>
            <source>Of services</source>
            <translation>Der Services</translation>
        </message>
        <message>
            <source>Domain of names in the cluster</source>
            <translation>Domain der Namen im Cluster</translation>
        </message>
        <message>
            <source>Storage and token</source>
            <translation>Speicher und Token</translation>
        </message>
        <message>
            <source>Folder of volumes</source>
            <translation>Ordner der Volumes</translation>
        </message>
        <message>
            <source>The data folder itself, %1, is set where the daemon is started.</source>
            <translation>Der Datenordner selbst, %1, wird beim Start des Daemons festgelegt.</translation>
        </message>
        <message>
            <source>Shared secret that machines join with</source>
            <translation>Gemeinsames Geheimnis, mit dem Geräte beitreten</translation>
        </message>
        <message>
            <source>Better: leave it, and make a token for each machine.</source>
            <translation>Besser: leer lassen und für jedes Gerät ein Token erstellen.</translation>
        </message>
        <message>
            <source>Components</source>
            <translation>Bestandteile</translation>
        </message>
    </context>
    <context>
        <name>SetupPage</name>
        <message>
            <source>Set up this device</source>
            <translation>Dieses Gerät einrichten</translation>
        </message>
        <message>
            <source>Everything lies in %1</source>
            <translation>Alles liegt in %1</translation>
        </message>
        <message>
            <source>What this device is to be</source>
            <translation>Was dieses Gerät werden soll</translation>
        </message>
        <message>
            <source>Own cluster</source>
            <translation>Eigener Cluster</translation>
        </message>
        <message>
            <source>Join another</source>
            <translation>Anderem beitreten</translation>
        </message>
        <message>
            <source>The cluster is ready.</source>
            <translation>Der Cluster ist bereit.</translation>
        </message>
        <message>
            <source>The cluster is starting…</source>
            <translation>Der Cluster startet …</translation>
        </message>
        <message>
            <source>Go to the overview</source>
            <translation>Zum Überblick</translation>
        </message>
    </context>
    <context>
        <name>ShortcutsPage</name>
        <message>
            <source>Keys</source>
            <translation>Schlüssel</translation>
        </message>
        <message>
            <source>On every page</source>
            <translation>Auf jeder Seite</translation>
        </message>
        <message>
            <source>Search for pages, clusters, namespaces and objects</source>
            <translation>Seiten, Cluster, Namensräume und Objekte suchen</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Zurück</translation>
        </message>
        <message>
            <source>Narrow or wide menu</source>
            <translation>Schmales oder breites Menü</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>Einstellungen</translation>
        </message>
        <message>
            <source>Larger, smaller and normal texts</source>
            <translation>Größere, kleinere und normale Schrift</translation>
        </message>
        <message>
            <source>Lock</source>
            <translation>Sperre</translation>
        </message>
        <message>
            <source>This page</source>
            <translation>Diese Seite</translation>
        </message>
        <message>
            <source>Quit</source>
            <translation>Beenden</translation>
        </message>
        <message>
            <source>In lists and forms</source>
            <translation>In Listen und Formularen</translation>
        </message>
        <message>
            <source>Tab, Shift+Tab</source>
            <translation>Tab, Umschalt+Tab</translation>
        </message>
        <message>
            <source>The next, the previous thing to operate</source>
            <translation>Das nächste, das vorige Bedienelement</translation>
        </message>
        <message>
            <source>Rows of a list, choices</source>
            <translation>Zeilen einer Liste, Auswahl</translation>
        </message>
        <message>
            <source>Enter, Space</source>
            <translation>Eingabe, Leertaste</translation>
        </message>
        <message>
            <source>Open, press, choose</source>
            <translation>Öffnen, drücken, wählen</translation>
        </message>
        <message>
            <source>Menu key</source>
            <translation>Menütaste</translation>
        </message>
        <message>
            <source>What can be done with the row</source>
            <translation>Was mit der Zeile getan werden kann</translation>
        </message>
    </context>
    <context>
        <name>SortButton</name>
        <message>
            <source>Trouble first</source>
            <translation>Störungen zuerst</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>Name</translation>
        </message>
        <message>
            <source>Namespace</source>
            <translation>Namensraum</translation>
        </message>
        <message>
            <source>Newest first</source>
            <translation>Neueste zuerst</translation>
        </message>
        <message>
            <source>Sorted by: %1</source>
            <translation>Sortiert nach: %1</translation>
        </message>
    </context>
    <context>
        <name>SshFields</name>
        <message>
            <source>SSH</source>
            <translation>SSH</translation>
        </message>
        <message>
            <source>Host</source>
            <translation>Host</translation>
        </message>
        <message>
            <source>A name or an address.</source>
            <translation>Ein Name oder eine Adresse.</translation>
        </message>
        <message>
            <source>Port</source>
            <translation>Port</translation>
        </message>
        <message>
            <source>User</source>
            <translation>Benutzer</translation>
        </message>
        <message>
            <source>Empty: the name that you have on this device.</source>
            <translation>Leer: der Name auf diesem Gerät.</translation>
        </message>
        <message>
            <source>Private key</source>
            <translation>Privater Schlüssel</translation>
        </message>
        <message>
            <source>A file. Empty: the keys of the agent and the usual files, then a password.</source>
            <translation>Eine Datei. Leer: die Schlüssel des Agenten und die üblichen Dateien, dann ein Passwort.</translation>
        </message>
        <message>
            <source>Jump host</source>
            <translation>Sprunghost</translation>
        </message>
        <message>
            <source>A machine to go through: user@host:port.</source>
            <translation>Ein Gerät, über das der Weg führt: user@host:port.</translation>
        </message>
        <message>
            <source>Host key</source>
            <translation>Hostschlüssel</translation>
        </message>
        <message>
            <source>Forget</source>
            <translation>Vergessen</translation>
        </message>
        <message>
            <source>Key of the jump host</source>
            <translation>Schlüssel des Sprunghosts</translation>
        </message>
    </context>
    <context>
        <name>SshQuestionDialog</name>
        <message>
            <source>Unknown host</source>
            <translation>Unbekannter Host</translation>
        </message>
        <message>
            <source>Sign in</source>
            <translation>Anmelden</translation>
        </message>
        <message>
            <source>Trust this host</source>
            <translation>Diesem Host vertrauen</translation>
        </message>
        <message>
            <source>This device has not seen it before. Compare the fingerprint with the one that the machine shows:</source>
            <translation>Dieses Gerät hat ihn noch nie gesehen. Den Fingerabdruck mit dem vergleichen, den das Gerät zeigt:</translation>
        </message>
        <message>
            <source>Host</source>
            <translation>Host</translation>
        </message>
        <message>
            <source>Kind of key</source>
            <translation>Art des Schlüssels</translation>
        </message>
        <message>
            <source>Fingerprint</source>
            <translation>Fingerabdruck</translation>
        </message>
        <message>
            <source>Answer</source>
            <translation>Antwort</translation>
        </message>
        <message>
            <source>That was not right. Try again.</source>
            <translation>Das war nicht richtig. Noch einmal versuchen.</translation>
        </message>
        <message>
            <source>Remember it in the key store</source>
            <translation>Im Schlüsselspeicher merken</translation>
        </message>
    </context>
    <context>
        <name>StaleBanner</name>
        <message>
            <source>Not connected: what you see is old.</source>
            <translation>Nicht verbunden: Das Gezeigte ist alt.</translation>
        </message>
        <message>
            <source>Not connected: as it was at %1.</source>
            <translation>Nicht verbunden: Stand von %1.</translation>
        </message>
        <message>
            <source>%1 Connecting again…</source>
            <translation>%1 Wird wieder verbunden …</translation>
        </message>
        <message>
            <source>Connecting again…</source>
            <translation>Wird wieder verbunden …</translation>
        </message>
        <message>
            <source>Connect</source>
            <translation>Verbinden</translation>
        </message>
    </context>
    <context>
        <name>StoragePage</name>
        <message>
            <source>Disks</source>
            <translation>Platten</translation>
        </message>
        <message>
            <source>Clean up…</source>
            <translation>Aufräumen …</translation>
        </message>
        <message>
            <source>Measure again</source>
            <translation>Neu messen</translation>
        </message>
        <message>
            <source>Data folder</source>
            <translation>Datenordner</translation>
        </message>
    </context>
    <context>
        <name>StorageWords</name>
        <message>
            <source>data</source>
            <translation>Daten</translation>
        </message>
        <message>
            <source>Datastore</source>
            <translation>Datenspeicher</translation>
        </message>
        <message>
            <source>Back-ups</source>
            <translation>Sicherungen</translation>
        </message>
        <message>
            <source>Images</source>
            <translation>Images</translation>
        </message>
        <message>
            <source>Containers</source>
            <translation>Container</translation>
        </message>
        <message>
            <source>Volumes</source>
            <translation>Volumes</translation>
        </message>
        <message>
            <source>Logs</source>
            <translation>Protokolle</translation>
        </message>
        <message>
            <source>Kubelet</source>
            <translation>Kubelet</translation>
        </message>
        <message>
            <source>Other</source>
            <translation>Sonstiges</translation>
        </message>
        <message>
            <source>Images that no container uses</source>
            <translation>Images, die kein Container verwendet</translation>
        </message>
        <message>
            <source>Containers that have ended</source>
            <translation>Beendete Container</translation>
        </message>
        <message>
            <source>Old logs</source>
            <translation>Alte Protokolle</translation>
        </message>
        <message>
            <source>Folders of volumes that are gone</source>
            <translation>Ordner verschwundener Volumes</translation>
        </message>
        <message>
            <source>Old automatic back-ups</source>
            <translation>Alte automatische Sicherungen</translation>
        </message>
        <message>
            <source>Files that were sent and not used</source>
            <translation>Gesendete und nicht verwendete Dateien</translation>
        </message>
    </context>
    <context>
        <name>SuggestionPopup</name>
        <message>
            <source>The schema has nothing for this place</source>
            <translation>Das Schema hat nichts für diese Stelle</translation>
        </message>
        <message>
            <source>Suggestions</source>
            <translation>Vorschläge</translation>
        </message>
        <message>
            <source>%1, required</source>
            <translation>%1, nötig</translation>
        </message>
    </context>
    <context>
        <name>TerminalKeys</name>
        <message>
            <source>Esc</source>
            <translation>Esc</translation>
        </message>
        <message>
            <source>Tab</source>
            <translation>Tab</translation>
        </message>
        <message>
            <source>Ctrl</source>
            <translation>Strg</translation>
        </message>
        <message>
            <source>Ctrl+C</source>
            <translation>Strg+C</translation>
        </message>
        <message>
            <source>Up</source>
            <translation>Auf</translation>
        </message>
        <message>
            <source>Down</source>
            <translation>Ab</translation>
        </message>
        <message>
            <source>Left</source>
            <translation>Links</translation>
        </message>
        <message>
            <source>Right</source>
            <translation>Rechts</translation>
        </message>
        <message>
            <source>Home</source>
            <translation>Pos1</translation>
        </message>
        <message>
            <source>End</source>
            <translation>Ende</translation>
        </message>
    </context>
    <context>
        <name>TerminalPage</name>
        <message>
            <source>Copy</source>
            <translation>Kopieren</translation>
        </message>
        <message>
            <source>Paste</source>
            <translation>Einfügen</translation>
        </message>
        <message>
            <source>Start again</source>
            <translation>Neu starten</translation>
        </message>
        <message>
            <source>Container</source>
            <translation>Container</translation>
        </message>
        <message>
            <source>Best shell</source>
            <translation>Beste Shell</translation>
        </message>
        <message>
            <source>Shell</source>
            <translation>Shell</translation>
        </message>
        <message>
            <source>Connect again</source>
            <translation>Wieder verbinden</translation>
        </message>
    </context>
    <context>
        <name>TerminalView</name>
        <message>
            <source>Terminal</source>
            <translation>Terminal</translation>
        </message>
    </context>
    <context>
        <name>Toast</name>
        <message>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
    </context>
    <context>
        <name>TokenDialog</name>
        <message>
            <source>New token</source>
            <translation>Neues Token</translation>
        </message>
        <message>
            <source>Create</source>
            <translation>Erstellen</translation>
        </message>
        <message>
            <source>What it is for</source>
            <translation>Wofür es ist</translation>
        </message>
        <message>
            <source>For the second machine</source>
            <translation>Für das zweite Gerät</translation>
        </message>
        <message>
            <source>Valid for</source>
            <translation>Gültig für</translation>
        </message>
        <message>
            <source>1 hour</source>
            <translation>1 Stunde</translation>
        </message>
        <message>
            <source>1 day</source>
            <translation>1 Tag</translation>
        </message>
        <message>
            <source>1 week</source>
            <translation>1 Woche</translation>
        </message>
        <message>
            <source>30 days</source>
            <translation>30 Tage</translation>
        </message>
        <message>
            <source>For ever</source>
            <translation>Für immer</translation>
        </message>
        <message>
            <source>It stays valid until it is revoked.</source>
            <translation>Es gilt, bis es widerrufen wird.</translation>
        </message>
    </context>
    <context>
        <name>TokensPage</name>
        <message>
            <source>Tokens</source>
            <translation>Token</translation>
        </message>
        <message>
            <source>What machines join the cluster with</source>
            <translation>Womit Geräte dem Cluster beitreten</translation>
        </message>
        <message>
            <source>New token</source>
            <translation>Neues Token</translation>
        </message>
        <message>
            <source>No tokens</source>
            <translation>Keine Token</translation>
        </message>
        <message>
            <source>A token lets another machine join the cluster.</source>
            <translation>Mit einem Token tritt ein weiteres Gerät dem Cluster bei.</translation>
        </message>
        <message>
            <source>How to join</source>
            <translation>So tritt es bei</translation>
        </message>
        <message>
            <source>Revoke</source>
            <translation>Widerrufen</translation>
        </message>
        <message>
            <source>Revoke this token?</source>
            <translation>Dieses Token widerrufen?</translation>
        </message>
        <message>
            <source>No machine can join with it any more. Machines that have joined stay.</source>
            <translation>Kein Gerät kann mehr damit beitreten. Beigetretene Geräte bleiben.</translation>
        </message>
    </context>
    <context>
        <name>UpgradeDialog</name>
        <message>
            <source>Upgrade to %1?</source>
            <translation>Auf %1 aktualisieren?</translation>
        </message>
        <message>
            <source>The daemon is replaced and restarts; pods go on running. When the new version does not become ready in time, the present one comes back by itself.</source>
            <translation>Der Daemon wird ersetzt und startet neu; Pods laufen weiter. Wird die neue Fassung nicht rechtzeitig bereit, kommt die jetzige von selbst zurück.</translation>
        </message>
        <message>
            <source>Upgrade</source>
            <translation>Aktualisierung</translation>
        </message>
        <message>
            <source>Make a back-up before</source>
            <translation>Vorher sichern</translation>
        </message>
    </context>
    <context>
        <name>UpgradesPage</name>
        <message>
            <source>Upgrades</source>
            <translation>Aktualisierungen</translation>
        </message>
        <message>
            <source>Look for versions</source>
            <translation>Nach Versionen sehen</translation>
        </message>
        <message>
            <source>The versions could not be read</source>
            <translation>Die Versionen ließen sich nicht lesen</translation>
        </message>
        <message>
            <source>No versions are known</source>
            <translation>Keine Versionen bekannt</translation>
        </message>
        <message>
            <source>Set the source</source>
            <translation>Quelle festlegen</translation>
        </message>
    </context>
    <context>
        <name>UploadCard</name>
        <message>
            <source>Sending %1</source>
            <translation>%1 wird gesendet</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
    </context>
    <context>
        <name>VersionCard</name>
        <message>
            <source>Fetch</source>
            <translation>Holen</translation>
        </message>
        <message>
            <source>Upgrade…</source>
            <translation>Aktualisieren …</translation>
        </message>
    </context>
    <context>
        <name>ViewPage</name>
        <message>
            <source>Menu</source>
            <translation>Menü</translation>
        </message>
        <message>
            <source>Loading…</source>
            <translation>Wird geladen …</translation>
        </message>
        <message>
            <source>This cannot be shown</source>
            <translation>Das lässt sich nicht zeigen</translation>
        </message>
        <message>
            <source>You have no right to: %1</source>
            <translation>Kein Recht zu: %1</translation>
        </message>
    </context>
    <context>
        <name>VolumeList</name>
        <message>
            <source>No volumes</source>
            <translation>Keine Volumes</translation>
        </message>
    </context>
    <context>
        <name>VolumesCard</name>
        <message>
            <source>Volumes on this node</source>
            <translation>Volumes auf diesem Knoten</translation>
        </message>
        <message>
            <source>There are none.</source>
            <translation>Es gibt keine.</translation>
        </message>
    </context>
    <context>
        <name>VolumesPage</name>
        <message>
            <source>Claims and volumes</source>
            <translation>Ansprüche und Volumes</translation>
        </message>
        <message>
            <source>Claims</source>
            <translation>Ansprüche</translation>
        </message>
        <message>
            <source>Volumes</source>
            <translation>Volumes</translation>
        </message>
        <message>
            <source>Classes</source>
            <translation>Klassen</translation>
        </message>
    </context>
    <context>
        <name>WarningsCard</name>
        <message>
            <source>Recent warnings</source>
            <translation>Letzte Warnungen</translation>
        </message>
        <message>
            <source>None</source>
            <translation>Keiner</translation>
        </message>
    </context>
    <context>
        <name>WhoCanView</name>
        <message>
            <source>Verb</source>
            <translation>Tätigkeit</translation>
        </message>
        <message>
            <source>Resource</source>
            <translation>Ressource</translation>
        </message>
        <message>
            <source>Who can?</source>
            <translation>Wer darf?</translation>
        </message>
        <message>
            <source>Who can</source>
            <translation>Wer darf</translation>
        </message>
        <message>
            <source>Choose a verb and a resource</source>
            <translation>Tätigkeit und Ressource wählen</translation>
        </message>
        <message>
            <source>Nobody</source>
            <translation>Niemand</translation>
        </message>
        <message>
            <source>The roles cannot be read</source>
            <translation>Die Rollen lassen sich nicht lesen</translation>
        </message>
        <message>
            <source>The question is about the namespace that is chosen above.</source>
            <translation>Die Frage gilt für den oben gewählten Namensraum.</translation>
        </message>
        <message>
            <source>No role allows it. Members of system:masters may do everything.</source>
            <translation>Keine Rolle erlaubt es. Mitglieder von system:masters dürfen alles.</translation>
        </message>
    </context>
    <context>
        <name>WorkloadKinds</name>
        <message>
            <source>Deployments</source>
            <translation>Deployments</translation>
        </message>
        <message>
            <source>StatefulSets</source>
            <translation>StatefulSets</translation>
        </message>
        <message>
            <source>DaemonSets</source>
            <translation>DaemonSets</translation>
        </message>
        <message>
            <source>Jobs</source>
            <translation>Jobs</translation>
        </message>
        <message>
            <source>CronJobs</source>
            <translation>CronJobs</translation>
        </message>
        <message>
            <source>Pods</source>
            <translation>Pods</translation>
        </message>
        <message>
            <source>ReplicaSets</source>
            <translation>ReplicaSets</translation>
        </message>
    </context>
    <context>
        <name>WorkloadOverview</name>
        <message>
            <source>Rollout</source>
            <translation>Ausrollen</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>Einzelheiten</translation>
        </message>
        <message>
            <source>Made by</source>
            <translation>Erstellt von</translation>
        </message>
    </context>
    <context>
        <name>WorkloadPage</name>
        <message>
            <source>%1 in %2</source>
            <translation>%1 in %2</translation>
        </message>
        <message>
            <source>It has been deleted.</source>
            <translation>Wurde gelöscht.</translation>
        </message>
        <message>
            <source>Deleted</source>
            <translation>Gelöscht</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>Protokoll</translation>
        </message>
        <message>
            <source>Edit YAML</source>
            <translation>YAML bearbeiten</translation>
        </message>
        <message>
            <source>Overview</source>
            <translation>Überblick</translation>
        </message>
        <message>
            <source>Pods</source>
            <translation>Pods</translation>
        </message>
        <message>
            <source>Jobs</source>
            <translation>Jobs</translation>
        </message>
        <message>
            <source>Events</source>
            <translation>Ereignisse</translation>
        </message>
        <message>
            <source>Revisions</source>
            <translation>Revisionen</translation>
        </message>
        <message>
            <source>YAML</source>
            <translation>YAML</translation>
        </message>
        <message>
            <source>It has no pods</source>
            <translation>Keine Pods</translation>
        </message>
        <message>
            <source>Forward a port</source>
            <translation>Port weiterleiten</translation>
        </message>
    </context>
    <context>
        <name>WorkloadStatus</name>
        <message>
            <source>Scaled to zero</source>
            <translation>Auf null skaliert</translation>
        </message>
        <message>
            <source>Ready</source>
            <translation>Bereit</translation>
        </message>
        <message>
            <source>Not ready</source>
            <translation>Nicht bereit</translation>
        </message>
        <message>
            <source>%1 of %2 pods are ready.</source>
            <translation>%1 von %2 Pods sind bereit.</translation>
        </message>
        <message>
            <source>Rolling out</source>
            <translation>Wird ausgerollt</translation>
        </message>
        <message>
            <source>%1 of %2 pods are updated.</source>
            <translation>%1 von %2 Pods sind aktualisiert.</translation>
        </message>
        <message>
            <source>Paused</source>
            <translation>Angehalten</translation>
        </message>
        <message>
            <source>The rollout is paused: changes wait until it goes on.</source>
            <translation>Das Ausrollen ist angehalten: Änderungen warten, bis es weitergeht.</translation>
        </message>
        <message>
            <source>Failed</source>
            <translation>Fehlgeschlagen</translation>
        </message>
        <message>
            <source>Stuck</source>
            <translation>Steckt fest</translation>
        </message>
        <message>
            <source>The change has not been taken up yet.</source>
            <translation>Die Änderung wurde noch nicht aufgenommen.</translation>
        </message>
        <message numerus="yes">
            <source>%n old pod(s) still end.</source>
            <translation>
                <numerusform>%n alter Pod endet noch.</numerusform>
                <numerusform>%n alte Pods enden noch.</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 of %2 updated pods are available.</source>
            <translation>%1 von %2 aktualisierten Pods sind verfügbar.</translation>
        </message>
        <message>
            <source>Pods take the new version when they are deleted.</source>
            <translation>Pods nehmen die neue Fassung an, wenn sie gelöscht werden.</translation>
        </message>
        <message>
            <source>%1 of %2 pods are updated; the others wait for the partition.</source>
            <translation>%1 von %2 Pods sind aktualisiert; die übrigen warten auf die Partition.</translation>
        </message>
        <message>
            <source>No fitting node</source>
            <translation>Kein passender Knoten</translation>
        </message>
        <message>
            <source>Complete</source>
            <translation>Abgeschlossen</translation>
        </message>
        <message>
            <source>Suspended</source>
            <translation>Ausgesetzt</translation>
        </message>
        <message>
            <source>Running</source>
            <translation>Läuft</translation>
        </message>
        <message>
            <source>%1 of %2 completed.</source>
            <translation>%1 von %2 abgeschlossen.</translation>
        </message>
        <message numerus="yes">
            <source>%n attempt(s) failed.</source>
            <translation>
                <numerusform>%n Versuch schlug fehl.</numerusform>
                <numerusform>%n Versuche schlugen fehl.</numerusform>
            </translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>Wartet</translation>
        </message>
        <message numerus="yes">
            <source>%n job(s) running.</source>
            <translation>
                <numerusform>%n Job läuft.</numerusform>
                <numerusform>%n Jobs laufen.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>WorkloadsPage</name>
        <message>
            <source>Workloads</source>
            <translation>Workloads</translation>
        </message>
        <message>
            <source>%1  %2</source>
            <translation>%1  %2</translation>
        </message>
    </context>
    <context>
        <name>YamlEditor</name>
        <message>
            <source>YAML</source>
            <translation>YAML</translation>
        </message>
    </context>
    <context>
        <name>YamlPage</name>
        <message>
            <source>New from YAML</source>
            <translation>Neu aus YAML</translation>
        </message>
        <message>
            <source>YAML</source>
            <translation>YAML</translation>
        </message>
        <message>
            <source>One or several documents, as for kubectl apply</source>
            <translation>Ein oder mehrere Dokumente, wie für kubectl apply</translation>
        </message>
        <message>
            <source>Not saved</source>
            <translation>Nicht gespeichert</translation>
        </message>
        <message>
            <source>Leave without saving?</source>
            <translation>Ohne Speichern verlassen?</translation>
        </message>
        <message>
            <source>The changes to the YAML are lost.</source>
            <translation>Die Änderungen am YAML gehen verloren.</translation>
        </message>
        <message>
            <source>Review and apply</source>
            <translation>Durchsehen und anwenden</translation>
        </message>
        <message>
            <source>Suggest</source>
            <translation>Vorschlagen</translation>
        </message>
        <message>
            <source>Take back all changes</source>
            <translation>Alle Änderungen zurücknehmen</translation>
        </message>
        <message>
            <source>Template</source>
            <translation>Vorlage</translation>
        </message>
        <message>
            <source>Somebody else changed this object meanwhile.</source>
            <translation>Dieses Objekt wurde inzwischen anderswo geändert.</translation>
        </message>
        <message>
            <source>Compare</source>
            <translation>Vergleichen</translation>
        </message>
        <message>
            <source>Asking the cluster</source>
            <translation>Der Cluster wird gefragt</translation>
        </message>
        <message>
            <source>%1 – %2</source>
            <translation>%1 – %2</translation>
        </message>
    </context>
    <context>
        <name>YamlProblems</name>
        <message>
            <source>Problems</source>
            <translation>Probleme</translation>
        </message>
        <message>
            <source>Line %1: %2</source>
            <translation>Zeile %1: %2</translation>
        </message>
        <message>
            <source>Apply and take these fields over</source>
            <translation>Anwenden und diese Felder übernehmen</translation>
        </message>
    </context>
    <context>
        <name>coracle::app</name>
        <message>
            <source>Small letters, digits and “-”; begins with a letter; at most 63 characters.</source>
            <translation>Kleinbuchstaben, Ziffern und „-“; beginnt mit einem Buchstaben; höchstens 63 Zeichen.</translation>
        </message>
        <message>
            <source>The name of an image, such as nginx:stable.</source>
            <translation>Der Name eines Images, etwa nginx:stable.</translation>
        </message>
        <message>
            <source>Between 0 and 1000.</source>
            <translation>Zwischen 0 und 1000.</translation>
        </message>
        <message>
            <source>A number of cores, such as 500m or 2.</source>
            <translation>Eine Anzahl Kerne, etwa 500m oder 2.</translation>
        </message>
        <message>
            <source>A size, such as 256Mi.</source>
            <translation>Eine Größe, etwa 256Mi.</translation>
        </message>
        <message>
            <source>A size, such as 5Gi.</source>
            <translation>Eine Größe, etwa 5Gi.</translation>
        </message>
        <message>
            <source>A folder, such as /data.</source>
            <translation>Ein Ordner, etwa /data.</translation>
        </message>
        <message>
            <source>With storage there is one replica: the volume belongs to one node.</source>
            <translation>Mit Speicher gibt es ein Replikat: Das Volume gehört zu einem Knoten.</translation>
        </message>
        <message>
            <source>A host name, such as web.example.com.</source>
            <translation>Ein Hostname, etwa web.example.com.</translation>
        </message>
        <message>
            <source>It must be exposed on a port.</source>
            <translation>Es muss an einem Port erreichbar sein.</translation>
        </message>
        <message>
            <source>This is not an object with fields.</source>
            <translation>Das ist kein Objekt mit Feldern.</translation>
        </message>
        <message>
            <source>apiVersion is missing.</source>
            <translation>apiVersion fehlt.</translation>
        </message>
        <message>
            <source>kind is missing.</source>
            <translation>kind fehlt.</translation>
        </message>
        <message>
            <source>metadata.name is missing.</source>
            <translation>metadata.name fehlt.</translation>
        </message>
        <message>
            <source>There are more documents than can be applied at once.</source>
            <translation>Das sind mehr Dokumente, als auf einmal angewendet werden können.</translation>
        </message>
        <message>
            <source>%1 does not answer on port %2: %3</source>
            <translation>%1 antwortet nicht auf Port %2: %3</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::ApplianceStatus</name>
        <message>
            <source>Everything works</source>
            <translation>Alles läuft</translation>
        </message>
        <message>
            <source>The cluster is starting</source>
            <translation>Der Cluster startet</translation>
        </message>
        <message>
            <source>The cluster is stopping</source>
            <translation>Der Cluster hält an</translation>
        </message>
        <message>
            <source>Something needs attention</source>
            <translation>Etwas ist zu beachten</translation>
        </message>
        <message>
            <source>The cluster does not work</source>
            <translation>Der Cluster läuft nicht</translation>
        </message>
        <message>
            <source>%1 %2, Kubernetes %3</source>
            <translation>%1 %2, Kubernetes %3</translation>
        </message>
        <message>
            <source>%1 of %2</source>
            <comment>nodes that are ready</comment>
            <translation>%1 von %2</translation>
        </message>
        <message numerus="yes">
            <source>%n failing</source>
            <translation>
                <numerusform>%n fehlgeschlagen</numerusform>
                <numerusform>%n fehlgeschlagen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n pending</source>
            <translation>
                <numerusform>%n wartend</numerusform>
                <numerusform>%n wartend</numerusform>
            </translation>
        </message>
        <message>
            <source>running</source>
            <translation>laufend</translation>
        </message>
        <message>
            <source>Machine</source>
            <translation>Maschine</translation>
        </message>
        <message>
            <source>System</source>
            <translation>System</translation>
        </message>
        <message>
            <source>%1, kernel %2, %3</source>
            <translation>%1, Kernel %2, %3</translation>
        </message>
        <message>
            <source>API</source>
            <translation>API</translation>
        </message>
        <message>
            <source>Data folder</source>
            <translation>Datenordner</translation>
        </message>
        <message>
            <source>Configuration</source>
            <translation>Konfiguration</translation>
        </message>
        <message numerus="yes">
            <source>%n node(s) not ready</source>
            <translation>
                <numerusform>%n Knoten nicht bereit</numerusform>
                <numerusform>%n Knoten nicht bereit</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n pod(s) failing</source>
            <translation>
                <numerusform>%n Pod fehlgeschlagen</numerusform>
                <numerusform>%n Pods fehlgeschlagen</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>coracle::app::Application</name>
        <message>
            <source>This needs the PIN.</source>
            <translation>Dafür ist die PIN nötig.</translation>
        </message>
        <message>
            <source>This device has no key store: what you typed is remembered until Coracle ends.</source>
            <translation>Dieses Gerät hat keinen Schlüsselspeicher: Die Eingabe wird gemerkt, bis Coracle endet.</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::BackupList</name>
        <message>
            <source>made by %1</source>
            <translation>erstellt von %1</translation>
        </message>
        <message>
            <source>%1: %2</source>
            <comment>time, description</comment>
            <translation>%1: %2</translation>
        </message>
        <message>
            <source>%1 on the disk, %2 of it in use, revision %3</source>
            <translation>%1 auf der Platte, %2 davon genutzt, Revision %3</translation>
        </message>
        <message>
            <source>Back-up %1 is deleted</source>
            <translation>Sicherung %1 ist gelöscht</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::CertificateList</name>
        <message>
            <source>CA %1</source>
            <translation>CA %1</translation>
        </message>
        <message>
            <source>Expired</source>
            <translation>Abgelaufen</translation>
        </message>
        <message numerus="yes">
            <source>%n day(s)</source>
            <translation>
                <numerusform>%n Tag</numerusform>
                <numerusform>%n Tage</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Renewed by themselves at a start of the daemon within %n day(s) of their end.</source>
            <translation>
                <numerusform>Erneuert sich von selbst bei einem Start des Daemons ab %n Tag vor dem Ende.</numerusform>
                <numerusform>Erneuert sich von selbst bei einem Start des Daemons ab %n Tagen vor dem Ende.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>coracle::app::Cluster</name>
        <message>
            <source>Not connected</source>
            <translation>Nicht verbunden</translation>
        </message>
        <message>
            <source>Connecting …</source>
            <translation>Wird verbunden …</translation>
        </message>
        <message>
            <source>Connected</source>
            <translation>Verbunden</translation>
        </message>
        <message>
            <source>Connection lost, trying again …</source>
            <translation>Verbindung verloren, neuer Versuch läuft …</translation>
        </message>
        <message>
            <source>Needs your attention</source>
            <translation>Erfordert Aufmerksamkeit</translation>
        </message>
        <message>
            <source>This device</source>
            <translation>Dieses Gerät</translation>
        </message>
        <message>
            <source>A cluster that does not exist</source>
            <translation>Ein Cluster, den es nicht gibt</translation>
        </message>
        <message>
            <source>%1 through %2</source>
            <translation>%1 über %2</translation>
        </message>
        <message>
            <source>%1 ms</source>
            <translation>%1 ms</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::ClusterForm</name>
        <message>
            <source>This device</source>
            <translation>Dieses Gerät</translation>
        </message>
        <message>
            <source>Enter a name or an address.</source>
            <translation>Einen Namen oder eine Adresse eingeben.</translation>
        </message>
        <message>
            <source>A name or an address has no spaces.</source>
            <translation>Ein Name oder eine Adresse hat keine Leerzeichen.</translation>
        </message>
        <message>
            <source>A port is a number from 1 to 65535.</source>
            <translation>Ein Port ist eine Zahl von 1 bis 65535.</translation>
        </message>
        <message>
            <source>Write user@host or user@host:port.</source>
            <translation>In der Form user@host oder user@host:port.</translation>
        </message>
        <message>
            <source>Connecting …</source>
            <translation>Wird verbunden …</translation>
        </message>
        <message>
            <source>Connected. One round trip takes %1 ms.</source>
            <translation>Verbunden. Hin und zurück dauert es %1 ms.</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::ClusterList</name>
        <message>
            <source>This device</source>
            <translation>Dieses Gerät</translation>
        </message>
        <message>
            <source>Demo</source>
            <translation>Vorführung</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::ClusterSetup</name>
        <message>
            <source>That of the default route</source>
            <translation>Die der Standardroute</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::CommandPalette</name>
        <message>
            <source>Cluster</source>
            <translation>Cluster</translation>
        </message>
        <message>
            <source>%1 in %2</source>
            <translation>%1 in %2</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::ConfigurationModel</name>
        <message>
            <source>set here</source>
            <translation>hier gesetzt</translation>
        </message>
        <message>
            <source>default</source>
            <translation>Standard</translation>
        </message>
        <message>
            <source>from the command line (%1)</source>
            <translation>von der Befehlszeile (%1)</translation>
        </message>
        <message>
            <source>from the environment (%1)</source>
            <translation>aus der Umgebung (%1)</translation>
        </message>
        <message>
            <source>from %1</source>
            <translation>aus %1</translation>
        </message>
        <message>
            <source>Not in this version</source>
            <translation>Nicht in dieser Version</translation>
        </message>
        <message>
            <source>After the next start: default</source>
            <translation>Nach dem nächsten Start: Standard</translation>
        </message>
        <message>
            <source>After the next start: %1</source>
            <translation>Nach dem nächsten Start: %1</translation>
        </message>
        <message>
            <source>Accepted, but without effect in this version</source>
            <translation>Angenommen, aber in dieser Version ohne Wirkung</translation>
        </message>
        <message>
            <source>Cannot be changed here</source>
            <translation>Hier nicht änderbar</translation>
        </message>
        <message>
            <source>set; not shown</source>
            <translation>gesetzt; nicht gezeigt</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::DataKeys</name>
        <message>
            <source>%1 is saved</source>
            <translation>%1 ist gespeichert</translation>
        </message>
        <message>
            <source>%1 is removed</source>
            <translation>%1 ist entfernt</translation>
        </message>
        <message>
            <source>It was changed meanwhile, nothing is saved. Look at it and save again.</source>
            <translation>Inzwischen geändert, nichts ist gespeichert. Ansehen und erneut speichern.</translation>
        </message>
        <message>
            <source>It cannot be saved: %1</source>
            <translation>Lässt sich nicht speichern: %1</translation>
        </message>
        <message>
            <source>Saved as %1</source>
            <translation>Als %1 gespeichert</translation>
        </message>
        <message>
            <source>%1 cannot be written: %2</source>
            <translation>%1 lässt sich nicht schreiben: %2</translation>
        </message>
        <message>
            <source>A key needs a name.</source>
            <translation>Ein Schlüssel braucht einen Namen.</translation>
        </message>
        <message>
            <source>Letters, digits, “-”, “_” and “.” only.</source>
            <translation>Nur Buchstaben, Ziffern, „-“, „_“ und „.“.</translation>
        </message>
        <message>
            <source>At most %1 characters.</source>
            <translation>Höchstens %1 Zeichen.</translation>
        </message>
        <message>
            <source>There is a key of this name.</source>
            <translation>Einen Schlüssel dieses Namens gibt es schon.</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::DeployForm</name>
        <message>
            <source>Ports between 1 and 65535, such as 80 or 53/UDP, each once.</source>
            <translation>Ports zwischen 1 und 65535, etwa 80 oder 53/UDP, jeder einmal.</translation>
        </message>
        <message>
            <source>One variable a line: NAME=value.</source>
            <translation>Eine Variable je Zeile: NAME=Wert.</translation>
        </message>
        <message>
            <source>%1 is deployed</source>
            <translation>%1 ist ausgerollt</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::DiffRowList</name>
        <message>
            <source>… and more: only the first %1 lines are shown</source>
            <translation>… und mehr: Nur die ersten %1 Zeilen sind zu sehen</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::DocumentEditor</name>
        <message>
            <source>There is nothing to apply.</source>
            <translation>Es gibt nichts anzuwenden.</translation>
        </message>
        <message>
            <source>%1 is applied</source>
            <translation>%1 ist angewendet</translation>
        </message>
        <message numerus="yes">
            <source>%n object(s) are applied</source>
            <translation>
                <numerusform>%n Objekt ist angewendet</numerusform>
                <numerusform>%n Objekte sind angewendet</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 was changed on both sides; this is yours.</source>
            <translation>%1 wurde auf beiden Seiten geändert; dies ist die eigene Fassung.</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::DraftModel</name>
        <message>
            <source>line %1</source>
            <translation>Zeile %1</translation>
        </message>
        <message>
            <source>default</source>
            <translation>Standard</translation>
        </message>
        <message>
            <source>The settings are written</source>
            <translation>Die Einstellungen sind geschrieben</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::ExecSession</name>
        <message>
            <source>Connecting…</source>
            <translation>Wird verbunden …</translation>
        </message>
        <message>
            <source>Connected</source>
            <translation>Verbunden</translation>
        </message>
        <message>
            <source>The shell has ended.</source>
            <translation>Die Shell ist beendet.</translation>
        </message>
        <message>
            <source>There is no such shell in the container.</source>
            <translation>Diese Shell gibt es im Container nicht.</translation>
        </message>
        <message>
            <source>The shell has ended with code %1.</source>
            <translation>Die Shell endete mit dem Wert %1.</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::FileUpload</name>
        <message>
            <source>%1 cannot be read: %2</source>
            <translation>%1 lässt sich nicht lesen: %2</translation>
        </message>
        <message>
            <source>%1 has become shorter</source>
            <translation>%1 ist kürzer geworden</translation>
        </message>
        <message>
            <source>%1 cannot be sent: %2</source>
            <translation>%1 lässt sich nicht senden: %2</translation>
        </message>
        <message>
            <source>The file is in %1</source>
            <translation>Die Datei liegt in %1</translation>
        </message>
        <message>
            <source>The file cannot be saved: %1</source>
            <translation>Die Datei lässt sich nicht speichern: %1</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::ImageList</name>
        <message>
            <source>Used by %1</source>
            <translation>Verwendet von %1</translation>
        </message>
        <message>
            <source>No pod uses it</source>
            <translation>Kein Pod verwendet es</translation>
        </message>
        <message>
            <source>Part of the system</source>
            <translation>Teil des Systems</translation>
        </message>
        <message>
            <source>In use</source>
            <translation>In Gebrauch</translation>
        </message>
        <message numerus="yes">
            <source>%n image(s), %1, of which %2 unused</source>
            <translation>
                <numerusform>%n Image, %1, davon %2 ungenutzt</numerusform>
                <numerusform>%n Images, %1, davon %2 ungenutzt</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n image(s) imported</source>
            <translation>
                <numerusform>%n Image importiert</numerusform>
                <numerusform>%n Images importiert</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 freed</source>
            <translation>%1 frei geworden</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::JoinForm</name>
        <message>
            <source>The token names the cluster's certificate: the machine joins only the right cluster.</source>
            <translation>Das Token nennt das Zertifikat des Clusters: Das Gerät tritt nur dem richtigen Cluster bei.</translation>
        </message>
        <message>
            <source>The token does not name the cluster's certificate: the machine trusts whoever answers at this address.</source>
            <translation>Das Token nennt das Zertifikat des Clusters nicht: Das Gerät vertraut jedem, der unter dieser Adresse antwortet.</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::LogReader</name>
        <message>
            <source>The log is in %1</source>
            <translation>Das Protokoll liegt in %1</translation>
        </message>
        <message>
            <source>The log cannot be saved: %1</source>
            <translation>Das Protokoll lässt sich nicht speichern: %1</translation>
        </message>
        <message numerus="yes">
            <source>%n line(s)</source>
            <translation>
                <numerusform>%n Zeile</numerusform>
                <numerusform>%n Zeilen</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 of %2</source>
            <translation>%1 von %2</translation>
        </message>
        <message numerus="yes">
            <source>Paused, %n new line(s)</source>
            <translation>
                <numerusform>Angehalten, %n neue Zeile</numerusform>
                <numerusform>Angehalten, %n neue Zeilen</numerusform>
            </translation>
        </message>
        <message>
            <source>Paused</source>
            <translation>Angehalten</translation>
        </message>
        <message>
            <source>Following %1 of %2 containers</source>
            <translation>Folgt %1 von %2 Containern</translation>
        </message>
        <message>
            <source>Following</source>
            <translation>Folgt</translation>
        </message>
        <message>
            <source>No container has started yet</source>
            <translation>Noch kein Container gestartet</translation>
        </message>
        <message>
            <source>Ended</source>
            <translation>Beendet</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::MetricsHistory</name>
        <message>
            <source>%1 of %2</source>
            <translation>%1 von %2</translation>
        </message>
        <message numerus="yes">
            <source>%1 of %n core(s)</source>
            <translation>
                <numerusform>%1 von %n Kern</numerusform>
                <numerusform>%1 von %n Kernen</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>coracle::app::NodeDetail</name>
        <message>
            <source>Roles</source>
            <translation>Rollen</translation>
        </message>
        <message>
            <source>Address</source>
            <translation>Adresse</translation>
        </message>
        <message>
            <source>External address</source>
            <translation>Äußere Adresse</translation>
        </message>
        <message>
            <source>Host name</source>
            <translation>Hostname</translation>
        </message>
        <message>
            <source>Kubernetes</source>
            <translation>Kubernetes</translation>
        </message>
        <message>
            <source>System</source>
            <translation>System</translation>
        </message>
        <message>
            <source>Kernel</source>
            <translation>Kernel</translation>
        </message>
        <message>
            <source>Architecture</source>
            <translation>Architektur</translation>
        </message>
        <message>
            <source>Container runtime</source>
            <translation>Container-Laufzeit</translation>
        </message>
        <message>
            <source>Pod network</source>
            <translation>Netz der Pods</translation>
        </message>
        <message>
            <source>Joined</source>
            <translation>Beigetreten</translation>
        </message>
        <message>
            <source>Labels</source>
            <translation>Labels</translation>
        </message>
        <message>
            <source>%1 in %2: %3</source>
            <translation>%1 in %2: %3</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::OidcForm</name>
        <message>
            <source>No identity provider: people sign in with certificates and tokens</source>
            <translation>Kein Identitätsanbieter: Anmeldung mit Zertifikaten und Token</translation>
        </message>
        <message>
            <source>Configured, but this version does not check such tokens yet</source>
            <translation>Eingerichtet, aber diese Version prüft solche Token noch nicht</translation>
        </message>
        <message>
            <source>People sign in through the identity provider</source>
            <translation>Anmeldung über den Identitätsanbieter</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::Operation</name>
        <message>
            <source>The daemon restarts. The connection comes back by itself.</source>
            <translation>Der Daemon startet neu. Die Verbindung kommt von selbst zurück.</translation>
        </message>
        <message>
            <source>How it ended is not known any more.</source>
            <translation>Wie es ausging, ist nicht mehr bekannt.</translation>
        </message>
        <message>
            <source>Done</source>
            <translation>Erledigt</translation>
        </message>
        <message>
            <source>It was cancelled.</source>
            <translation>Wurde abgebrochen.</translation>
        </message>
        <message>
            <source>It cannot be cancelled: %1</source>
            <translation>Lässt sich nicht abbrechen: %1</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::PinLock</name>
        <message>
            <source>This PIN does not allow it: the one for configuring is needed.</source>
            <translation>Diese PIN erlaubt es nicht: Die zum Einrichten ist nötig.</translation>
        </message>
        <message numerus="yes">
            <source>Too many wrong PINs. Wait %n second(s).</source>
            <translation>
                <numerusform>Zu viele falsche PINs. %n Sekunde warten.</numerusform>
                <numerusform>Zu viele falsche PINs. %n Sekunden warten.</numerusform>
            </translation>
        </message>
        <message>
            <source>This PIN is wrong.</source>
            <translation>Diese PIN ist falsch.</translation>
        </message>
        <message>
            <source>A PIN has %1 to %2 digits.</source>
            <translation>Eine PIN hat %1 bis %2 Ziffern.</translation>
        </message>
        <message>
            <source>Changing PINs needs the PIN for configuring.</source>
            <translation>Um PINs zu ändern, ist die PIN zum Einrichten nötig.</translation>
        </message>
        <message>
            <source>Set the PIN for configuring first.</source>
            <translation>Zuerst die PIN zum Einrichten setzen.</translation>
        </message>
        <message>
            <source>The two PINs must differ.</source>
            <translation>Die beiden PINs müssen sich unterscheiden.</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::PlotItem</name>
        <message>
            <source>%1: %2</source>
            <translation>%1: %2</translation>
        </message>
        <message>
            <source>%1: now %2, lowest %3, highest %4</source>
            <translation>%1: jetzt %2, am niedrigsten %3, am höchsten %4</translation>
        </message>
        <message>
            <source>%1: no data</source>
            <translation>%1: keine Daten</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::PodDetail</name>
        <message>
            <source>Node</source>
            <translation>Knoten</translation>
        </message>
        <message>
            <source>Address</source>
            <translation>Adresse</translation>
        </message>
        <message>
            <source>Quality of service</source>
            <translation>Dienstgüte</translation>
        </message>
        <message>
            <source>Priority class</source>
            <translation>Prioritätsklasse</translation>
        </message>
        <message>
            <source>Restart policy</source>
            <translation>Neustartregel</translation>
        </message>
        <message>
            <source>Service account</source>
            <translation>Dienstkonto</translation>
        </message>
        <message>
            <source>Created</source>
            <translation>Erstellt</translation>
        </message>
        <message>
            <source>Labels</source>
            <translation>Labels</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::PortForward</name>
        <message>
            <source>Its cluster is no longer there.</source>
            <translation>Der zugehörige Cluster ist nicht mehr da.</translation>
        </message>
        <message>
            <source>Waits for the connection to the cluster.</source>
            <translation>Wartet auf die Verbindung zum Cluster.</translation>
        </message>
        <message>
            <source>Waits for the PIN.</source>
            <translation>Wartet auf die PIN.</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::PortForwards</name>
        <message>
            <source>Stopped</source>
            <translation>Angehalten</translation>
        </message>
        <message>
            <source>Starting</source>
            <translation>Startet</translation>
        </message>
        <message>
            <source>Running</source>
            <translation>Läuft</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>Wartet</translation>
        </message>
        <message>
            <source>Failed</source>
            <translation>Fehlgeschlagen</translation>
        </message>
        <message numerus="yes">
            <source>%n open connection(s), %1 sent, %2 received</source>
            <translation>
                <numerusform>%n offene Verbindung, %1 gesendet, %2 empfangen</numerusform>
                <numerusform>%n offene Verbindungen, %1 gesendet, %2 empfangen</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 in %2, port %3</source>
            <translation>%1 in %2, Port %3</translation>
        </message>
        <message>
            <source>There is no cluster.</source>
            <translation>Es gibt keinen Cluster.</translation>
        </message>
        <message>
            <source>The pod's port must be between 1 and 65535.</source>
            <translation>Der Port des Pods muss zwischen 1 und 65535 liegen.</translation>
        </message>
        <message>
            <source>The port of this device must be between 1 and 65535, or empty for a free one.</source>
            <translation>Der Port dieses Geräts muss zwischen 1 und 65535 liegen oder leer sein für einen freien.</translation>
        </message>
        <message>
            <source>There are too many port-forwards: remove some first.</source>
            <translation>Zu viele Portweiterleitungen: zuerst einige entfernen.</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::RegistryForm</name>
        <message>
            <source>All other registries</source>
            <translation>Alle übrigen Registries</translation>
        </message>
        <message>
            <source>Fetched from the registry itself</source>
            <translation>Von der Registry selbst geholt</translation>
        </message>
        <message>
            <source>Fetched from %1</source>
            <translation>Von %1 geholt</translation>
        </message>
        <message>
            <source>Any certificate</source>
            <translation>Jedes Zertifikat</translation>
        </message>
        <message>
            <source>With a token</source>
            <translation>Mit einem Token</translation>
        </message>
        <message>
            <source>As %1</source>
            <translation>Als %1</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::ResourceDetail</name>
        <message>
            <source>Namespace</source>
            <translation>Namensraum</translation>
        </message>
        <message>
            <source>Created</source>
            <translation>Erstellt</translation>
        </message>
        <message>
            <source>Labels</source>
            <translation>Labels</translation>
        </message>
        <message>
            <source>Annotations</source>
            <translation>Anmerkungen</translation>
        </message>
        <message>
            <source>UID</source>
            <translation>UID</translation>
        </message>
        <message>
            <source>%1 asks for %2 now</source>
            <translation>%1 fordert jetzt %2 an</translation>
        </message>
        <message>
            <source>%1 cannot grow: %2</source>
            <translation>%1 kann nicht wachsen: %2</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::SignIn</name>
        <message>
            <source>Passphrase of the key %1</source>
            <translation>Passwort des Schlüssels %1</translation>
        </message>
        <message>
            <source>The key %1 cannot be read.</source>
            <translation>Der Schlüssel %1 lässt sich nicht lesen.</translation>
        </message>
        <message>
            <source>The passphrase of the key %1 was wrong.</source>
            <translation>Das Passwort des Schlüssels %1 war falsch.</translation>
        </message>
        <message>
            <source>The key %1 is not there.</source>
            <translation>Der Schlüssel %1 ist nicht da.</translation>
        </message>
        <message>
            <source>Password of %1</source>
            <translation>Passwort von %1</translation>
        </message>
        <message>
            <source>%1 ended the connection while signing in: %2</source>
            <translation>%1 hat die Verbindung beim Anmelden beendet: %2</translation>
        </message>
        <message>
            <source>a key</source>
            <translation>einen Schlüssel</translation>
        </message>
        <message>
            <source>a password</source>
            <translation>ein Passwort</translation>
        </message>
        <message>
            <source>Signing in to %1 was cancelled.</source>
            <translation>Die Anmeldung bei %1 wurde abgebrochen.</translation>
        </message>
        <message>
            <source>%1 refused the sign-in.</source>
            <translation>%1 hat die Anmeldung abgelehnt.</translation>
        </message>
        <message>
            <source>It takes: %1.</source>
            <translation>Möglich ist: %1.</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::SshForwarder</name>
        <message>
            <source>%1 does not reach %2 port %3: %4</source>
            <translation>%1 erreicht %2 Port %3 nicht: %4</translation>
        </message>
        <message>
            <source>The socket %1 on %2 cannot be opened: is clusterd running, and does the user belong to the group clusterd? (%3)</source>
            <translation>Der Socket %1 auf %2 lässt sich nicht öffnen: Läuft clusterd, und gehört der Benutzer zur Gruppe clusterd? (%3)</translation>
        </message>
        <message>
            <source>The SSH connection to %1 ended: %2</source>
            <translation>Die SSH-Verbindung zu %1 endete: %2</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::SshLink</name>
        <message>
            <source>The name %1 is not known: %2</source>
            <translation>Der Name %1 ist nicht bekannt: %2</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::SshSession</name>
        <message>
            <source>No SSH connection to %1: %2</source>
            <translation>Keine SSH-Verbindung zu %1: %2</translation>
        </message>
        <message>
            <source>%1 has no host key</source>
            <translation>%1 hat keinen Hostschlüssel</translation>
        </message>
        <message>
            <source>The host key of %1 cannot be read</source>
            <translation>Der Hostschlüssel von %1 lässt sich nicht lesen</translation>
        </message>
        <message>
            <source>The host key of %1 has changed: it was %2 and is now %3. Either the machine was set up anew, or somebody stands between. If you know why, forget the old key in the connection's settings.</source>
            <translation>Der Hostschlüssel von %1 hat sich geändert: Er war %2 und ist jetzt %3. Entweder wurde das Gerät neu eingerichtet, oder jemand steht dazwischen. Ist der Grund bekannt, den alten Schlüssel in den Einstellungen der Verbindung vergessen.</translation>
        </message>
        <message>
            <source>Is this the key of %1?</source>
            <translation>Ist das der Schlüssel von %1?</translation>
        </message>
        <message>
            <source>The host key of %1 was not accepted</source>
            <translation>Der Hostschlüssel von %1 wurde nicht angenommen</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::StorageView</name>
        <message>
            <source>%1 on %2</source>
            <comment>device, mount point</comment>
            <translation>%1 auf %2</translation>
        </message>
        <message>
            <source>Holds %1</source>
            <translation>Enthält %1</translation>
        </message>
        <message>
            <source>%1 of %2</source>
            <translation>%1 von %2</translation>
        </message>
        <message>
            <source>Read-only</source>
            <translation>Nur lesbar</translation>
        </message>
        <message>
            <source>%1 in %2</source>
            <comment>claim, namespace</comment>
            <translation>%1 in %2</translation>
        </message>
        <message>
            <source>No pod uses it</source>
            <translation>Kein Pod verwendet es</translation>
        </message>
        <message>
            <source>Used by %1</source>
            <translation>Verwendet von %1</translation>
        </message>
        <message>
            <source>Orphaned</source>
            <translation>Verwaist</translation>
        </message>
        <message numerus="yes">
            <source>%n item(s)</source>
            <translation>
                <numerusform>%n Eintrag</numerusform>
                <numerusform>%n Einträge</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 in %2</source>
            <comment>size, folder</comment>
            <translation>%1 in %2</translation>
        </message>
        <message>
            <source>%1 could be freed</source>
            <translation>%1 könnten frei werden</translation>
        </message>
        <message>
            <source>There is nothing to clean up</source>
            <translation>Es gibt nichts aufzuräumen</translation>
        </message>
        <message>
            <source>%1 freed</source>
            <translation>%1 frei geworden</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::SupportBundles</name>
        <message>
            <source>%1 · %2</source>
            <comment>time, size</comment>
            <translation>%1 · %2</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::TokenList</name>
        <message>
            <source>Valid until %1</source>
            <translation>Gültig bis %1</translation>
        </message>
        <message>
            <source>Does not expire</source>
            <translation>Läuft nicht ab</translation>
        </message>
        <message>
            <source>%1 · %2</source>
            <comment>token id, expiry</comment>
            <translation>%1 · %2</translation>
        </message>
        <message>
            <source>Expired</source>
            <translation>Abgelaufen</translation>
        </message>
        <message>
            <source>Endless</source>
            <translation>Endlos</translation>
        </message>
        <message>
            <source>Valid</source>
            <translation>Gültig</translation>
        </message>
        <message>
            <source>Token %1 is revoked</source>
            <translation>Token %1 ist widerrufen</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::Translator</name>
        <message>
            <source>As the system</source>
            <translation>Wie das System</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::UpgradeList</name>
        <message>
            <source>Kubernetes %1</source>
            <translation>Kubernetes %1</translation>
        </message>
        <message>
            <source>channel %1</source>
            <translation>Kanal %1</translation>
        </message>
        <message>
            <source>released %1</source>
            <translation>veröffentlicht %1</translation>
        </message>
        <message>
            <source>Running</source>
            <translation>Läuft</translation>
        </message>
        <message>
            <source>On this machine</source>
            <translation>Auf diesem Gerät</translation>
        </message>
        <message>
            <source>%1, Kubernetes %2</source>
            <translation>%1, Kubernetes %2</translation>
        </message>
        <message>
            <source>No channel is set, and the folder %1 holds no versions</source>
            <translation>Kein Kanal ist gesetzt, und der Ordner %1 enthält keine Versionen</translation>
        </message>
        <message>
            <source>Channel %1</source>
            <translation>Kanal %1</translation>
        </message>
        <message>
            <source>Folder %1</source>
            <translation>Ordner %1</translation>
        </message>
        <message>
            <source>%1, read %2</source>
            <comment>source, time</comment>
            <translation>%1, gelesen %2</translation>
        </message>
        <message>
            <source>Upgraded from %1 to %2 on %3</source>
            <translation>Am %3 von %1 auf %2 aktualisiert</translation>
        </message>
        <message>
            <source>The upgrade from %1 to %2 is on trial</source>
            <translation>Die Aktualisierung von %1 auf %2 wird erprobt</translation>
        </message>
        <message>
            <source>The upgrade to %1 was taken back on %2; %3 runs again. %4</source>
            <translation>Die Aktualisierung auf %1 wurde am %2 zurückgenommen; %3 läuft wieder. %4</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::WhoCan</name>
        <message>
            <source>%1 %2, in the whole cluster</source>
            <translation>%1 %2, im ganzen Cluster</translation>
        </message>
        <message>
            <source>%1 %2, in namespace %3</source>
            <translation>%1 %2, im Namensraum %3</translation>
        </message>
        <message>
            <source>%1 %2 in all namespaces</source>
            <translation>%1 %2 in allen Namensräumen</translation>
        </message>
        <message>
            <source>%1 %2 in namespace %3</source>
            <translation>%1 %2 im Namensraum %3</translation>
        </message>
        <message>
            <source>You may.</source>
            <translation>Erlaubt.</translation>
        </message>
        <message>
            <source>You may not.</source>
            <translation>Nicht erlaubt.</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::Workload</name>
        <message>
            <source>%1 of %2 completed</source>
            <translation>%1 von %2 abgeschlossen</translation>
        </message>
        <message>
            <source>%1 of %2 ready</source>
            <translation>%1 von %2 bereit</translation>
        </message>
        <message>
            <source>Image</source>
            <translation>Image</translation>
        </message>
        <message>
            <source>Update strategy</source>
            <translation>Aktualisierungsweise</translation>
        </message>
        <message>
            <source>Schedule</source>
            <translation>Zeitplan</translation>
        </message>
        <message>
            <source>Time zone</source>
            <translation>Zeitzone</translation>
        </message>
        <message>
            <source>Last run</source>
            <translation>Letzter Lauf</translation>
        </message>
        <message>
            <source>Last success</source>
            <translation>Letzter Erfolg</translation>
        </message>
        <message>
            <source>Started</source>
            <translation>Gestartet</translation>
        </message>
        <message>
            <source>Completed</source>
            <translation>Abgeschlossen</translation>
        </message>
        <message>
            <source>Service</source>
            <translation>Service</translation>
        </message>
        <message>
            <source>Service account</source>
            <translation>Dienstkonto</translation>
        </message>
        <message>
            <source>Created</source>
            <translation>Erstellt</translation>
        </message>
        <message>
            <source>Selector</source>
            <translation>Selektor</translation>
        </message>
        <message>
            <source>Labels</source>
            <translation>Labels</translation>
        </message>
        <message>
            <source>Is being deleted</source>
            <translation>Wird gelöscht</translation>
        </message>
    </context>
    <context>
        <name>CreateAction</name>
        <message>
            <source>New</source>
            <translation>Neu</translation>
        </message>
    </context>
    <context>
        <name>MenuItem</name>
        <message>
            <source>%1 – no right</source>
            <translation>%1 – kein Recht</translation>
        </message>
    </context>
    <context>
        <name>RowMenu</name>
        <message>
            <source>Open</source>
            <translation>Öffnen</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>Protokoll</translation>
        </message>
        <message>
            <source>Terminal</source>
            <translation>Terminal</translation>
        </message>
        <message>
            <source>Edit YAML</source>
            <translation>YAML bearbeiten</translation>
        </message>
    </context>
    <context>
        <name>coracle::app::Permissions</name>
        <message>
            <source>You have no right to %1 %2.</source>
            <translation>Sie haben kein Recht auf %1 %2.</translation>
        </message>
        <message>
            <source>You have no right to %1 %2 in namespace %3.</source>
            <translation>Sie haben kein Recht auf %1 %2 im Namensraum %3.</translation>
        </message>
    </context>
    <context>
        <name>Notices</name>
        <message>
            <source>The certificate {file} expired on {date}</source>
            <translation>Das Zertifikat {file} ist am {date} abgelaufen</translation>
        </message>
        <message>
            <source>Renew the certificates; pods go on running.</source>
            <translation>Die Zertifikate erneuern; Pods laufen weiter.</translation>
        </message>
        <message>
            <source>The certificate {file} expires on {date}</source>
            <translation>Das Zertifikat {file} läuft am {date} ab</translation>
        </message>
        <message>
            <source>{available} are free on the disk of {path}</source>
            <translation>{available} sind auf der Platte von {path} frei</translation>
        </message>
        <message>
            <source>Remove what is not used any more: images, old logs, volumes nobody claims.</source>
            <translation>Entfernen, was nicht mehr gebraucht wird: Images, alte Protokolle, Volumes ohne Anspruch.</translation>
        </message>
        <message>
            <source>{available} of memory are free</source>
            <translation>{available} Arbeitsspeicher sind frei</translation>
        </message>
        <message>
            <source>Run fewer pods on this machine, or set memory limits.</source>
            <translation>Weniger Pods auf diesem Gerät laufen lassen oder Speichergrenzen setzen.</translation>
        </message>
        <message>
            <source>Node {node} is not ready</source>
            <translation>Knoten {node} ist nicht bereit</translation>
        </message>
        <message>
            <source>Look at its conditions, and whether the machine is on and reachable.</source>
            <translation>Seine Bedingungen ansehen und ob das Gerät an und erreichbar ist.</translation>
        </message>
        <message>
            <source>Node {node} has {condition}: pods are evicted</source>
            <translation>Knoten {node} hat {condition}: Pods werden verdrängt</translation>
        </message>
        <message>
            <source>Make room on the node, or move pods away.</source>
            <translation>Platz auf dem Knoten schaffen oder Pods verlegen.</translation>
        </message>
        <message>
            <source>Node {node} takes no new pods</source>
            <translation>Knoten {node} nimmt keine neuen Pods an</translation>
        </message>
        <message>
            <source>Uncordon it when the work on it is done.</source>
            <translation>Wieder freigeben, wenn die Arbeit daran beendet ist.</translation>
        </message>
        <message>
            <source>Pod {pod}{more}: {reason}</source>
            <translation>Pod {pod}{more}: {reason}</translation>
        </message>
        <message>
            <source>Read its log and its events.</source>
            <translation>Sein Protokoll und seine Ereignisse lesen.</translation>
        </message>
        <message>
            <source>Pod {pod}{more} does not start</source>
            <translation>Pod {pod}{more} startet nicht</translation>
        </message>
        <message>
            <source>Its events tell what it waits for.</source>
            <translation>Seine Ereignisse sagen, worauf er wartet.</translation>
        </message>
        <message>
            <source>Claim {claim} has no volume</source>
            <translation>Der Anspruch {claim} hat kein Volume</translation>
        </message>
        <message>
            <source>See that its storage class exists and that a pod uses it.</source>
            <translation>Prüfen, ob es seine Speicherklasse gibt und ein Pod ihn benutzt.</translation>
        </message>
        <message>
            <source>{component} does not work</source>
            <translation>{component} arbeitet nicht</translation>
        </message>
        <message>
            <source>Read the daemon&apos;s log. Restarting the daemon is safe; pods go on running.</source>
            <translation>Das Protokoll des Daemons lesen. Ein Neustart des Daemons ist unbedenklich; Pods laufen weiter.</translation>
        </message>
        <message>
            <source>The configuration was changed; the daemon runs with the old one</source>
            <translation>Die Konfiguration wurde geändert; der Daemon läuft mit der alten</translation>
        </message>
        <message>
            <source>Restart the daemon to apply it; pods go on running.</source>
            <translation>Den Daemon neu starten, um sie anzuwenden; Pods laufen weiter.</translation>
        </message>
        <message>
            <source>The last change went wrong and was taken back</source>
            <translation>Die letzte Änderung ging schief und wurde zurückgenommen</translation>
        </message>
        <message>
            <source>Mend what it says and change it again.</source>
            <translation>Beheben, was dort steht, und erneut ändern.</translation>
        </message>
        <message>
            <source>The last upgrade went wrong and was taken back</source>
            <translation>Die letzte Aktualisierung ging schief und wurde zurückgenommen</translation>
        </message>
        <message>
            <source>Mend what it says and upgrade again.</source>
            <translation>Beheben, was dort steht, und erneut aktualisieren.</translation>
        </message>
        <message>
            <source>The last restore went wrong and was taken back</source>
            <translation>Die letzte Wiederherstellung ging schief und wurde zurückgenommen</translation>
        </message>
        <message>
            <source>Mend what it says and restore again.</source>
            <translation>Beheben, was dort steht, und erneut wiederherstellen.</translation>
        </message>
        <message>
            <source>{file} is not valid</source>
            <translation>{file} ist nicht gültig</translation>
        </message>
        <message>
            <source>Mend the file; until then images come from their own registries.</source>
            <translation>Die Datei berichtigen; bis dahin kommen Images aus ihren eigenen Registries.</translation>
        </message>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>und %n weiterer</numerusform>
                <numerusform>und %n weitere</numerusform>
            </translation>
        </message>
    </context>
</TS>
