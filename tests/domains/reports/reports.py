"""Reports as receivers write and mail them."""

import gzip
import zipfile
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from io import BytesIO

from django.utils import timezone

NAMESPACES = (
    "",
    ' xmlns="http://dmarc.org/dmarc-xml/0.1"',
    ' xmlns="urn:ietf:params:xml:ns:dmarc-2.0"',
)
OURS, SERVICE, STRANGER = "192.0.2.10", "198.51.100.7", "203.0.113.66"


def row(
    ip=OURS, count=10, *, dkim="pass", spf="pass", disposition="none", header_from="acme.test",
    signed="acme.test", mailed="acme.test",
):  # fmt: skip
    signatures = f"<dkim><domain>{signed}</domain><result>pass</result></dkim>" if signed else ""
    path = f"<spf><domain>{mailed}</domain><result>pass</result></spf>" if mailed else ""
    return f"""
      <record>
        <row><source_ip>{ip}</source_ip><count>{count}</count>
          <policy_evaluated><disposition>{disposition}</disposition>
            <dkim>{dkim}</dkim><spf>{spf}</spf></policy_evaluated></row>
        <identifiers><header_from>{header_from}</header_from></identifiers>
        <auth_results>{signatures}{path}</auth_results>
      </record>"""


def forged(ip=STRANGER, count=5, **options):
    """Mail that nothing vouches for."""
    return row(ip, count, **{"dkim": "fail", "spf": "fail", "signed": "", "mailed": "", **options})


def report(
    *rows, reporter="receiver.test", report_id="r1", domain="acme.test", days_ago=1, policy="none",
    namespace="", begin=None, end=None,
):  # fmt: skip
    day = timezone.now().date() - timedelta(days=days_ago)
    midnight = int(datetime.combine(day, datetime.min.time(), UTC).timestamp())
    begin = midnight if begin is None else begin
    end = midnight + 86_399 if end is None else end
    return f"""<?xml version="1.0" encoding="UTF-8"?>
    <feedback{namespace}>
      <report_metadata><org_name>{reporter}</org_name><email>noreply@{reporter}</email>
        <report_id>{report_id}</report_id>
        <date_range><begin>{begin}</begin><end>{end}</end></date_range></report_metadata>
      <policy_published><domain>{domain}</domain><p>{policy}</p></policy_published>
      {"".join(rows or [row()])}
    </feedback>""".encode()


def zipped(xml):
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("report.xml", xml)
    return packed.getvalue()


def mail(attachment=None, *, subtype="gzip", proved_by="", sender="noreply@receiver.test"):
    """A message as it lies in the mailbox, with what our own server says of its sender."""
    message = EmailMessage()
    if proved_by:
        message["Authentication-Results"] = (
            f"mail1.kuploy.test; dkim=pass header.d={proved_by} header.s=s1; "
            f"dmarc=pass (policy=reject) header.from={proved_by}"
        )
    message["From"], message["To"] = f"DMARC <{sender}>", "dmarc@reports.test"
    message["Subject"] = "Report Domain: acme.test Submitter: receiver.test"
    message.set_content("This is a DMARC aggregate report.")
    if attachment is not None:
        message.add_attachment(
            attachment, maintype="application", subtype=subtype, filename="acme.test.xml.gz"
        )
    return message.as_bytes()


def mailed(*rows, proved_by="receiver.test", **options):
    xml = report(*rows, reporter=options.pop("reporter", proved_by or "receiver.test"), **options)
    return mail(
        gzip.compress(xml), proved_by=proved_by, sender=f"noreply@{proved_by or 'receiver.test'}"
    )
