"""Definitions that tests send: the examples of the specification and of the vendor's page."""

import json
from typing import Any

BRANCH_VISIT: dict[str, Any] = json.loads("""
{"apiEntitySetName":"BranchVisits",
 "idPropertyNames":["VisitKey"],
 "timestampFieldName":"ArrivedAt",
 "displayName":{"en-us":"Branch visit","de-de":"Filialbesuch"},
 "fields":[
   {"fieldName":"VisitKey","fieldType":"Edm.String","isRequired":true,"maxLength":40},
   {"fieldName":"ArrivedAt","fieldType":"Edm.DateTimeOffset","isRequired":true},
   {"fieldName":"VisitorRef","fieldType":"Edm.String"},
   {"fieldName":"ClerkRef","fieldType":"Edm.String"},
   {"fieldName":"Minutes","fieldType":"Edm.Int32"},
   {"fieldName":"Mood","fieldType":"Edm.Int32","isEnum":true,"enumValidValues":[
     {"value":1,"localizedValueNames":{"en-us":"Happy","de-de":"Froh"}},
     {"value":2,"localizedValueNames":{"en-us":"Neutral"}}]}],
 "participantProfiles":[
   {"participantName":"Visitor","profileTypeName":"Contact","role":"Guest",
    "participantPropertyReferences":[{"sourcePropertyName":"VisitorRef","targetPropertyName":"ContactId"}]},
   {"participantName":"Clerk","profileTypeName":"Contact",
    "participantPropertyReferences":[{"interactionPropertyName":"ClerkRef","profilePropertyName":"ContactId"}]}],
 "primaryParticipantProfilePropertyName":"Visitor"}
""")
"""The example of the specification, 2.4."""

DESK_CALL: dict[str, Any] = json.loads("""
{"IdPropertyNames":["CallKey"],"ApiEntitySetName":"DeskCalls","TimestampPropertyName":"RangAt",
 "entityType":"Interaction","typeName":"DeskCall","provisioningState":"Provisioning","tenantId":"fieldhub",
 "PrimaryParticipantProfilePropertyName":"Caller","SmallImage":"pics/call.jpeg","isActivity":"false",
 "ParticipantProfiles":[
   {"ProfileTypeName":"Contact","Name":"CallerSlot","DisplayName":null,"Description":null,"Role":null,
    "ParticipantPropertyReferences":[{"InteractionPropertyName":"Caller","ProfilePropertyName":"ContactId"}]}],
 "fields":[{"fieldName":"CallKey","fieldType":"Edm.String","isRequired":true,"propertyId":"id1"},
           {"fieldName":"line1","fieldType":"Edm.String","isRequired":true,"propertyId":"id1"}]}
""")
"""The tolerance fixture of the specification, 2.4."""

SEED: dict[str, Any] = json.loads("""
 {
     "IdPropertyNames":["TestInteractionType6358"],
     "ApiEntitySetName":"Test6358Opened",
     "TimestampPropertyName":"TimeOpened",
     "entityType": "Interaction",
     "typeName": "TestInteractionType6358",
     "provisioningState": "Provisioning",
     "tenantId": "azsdktesthub",
     "PrimaryParticipantProfilePropertyName":"Receiver",
     "SmallImage":"myimages/image1.jpeg",
     "MediumImage":"myimages/image2.jpeg",
     "isActivity": "false",
     "ParticipantProfiles":[{
         "ProfileTypeName":"Contact",
         "ParticipantPropertyReferences":[{
             "InteractionPropertyName":"Receiver",
             "ProfilePropertyName":"ContactId"
         }],
         "Name":"ProfileTestId",
         "DisplayName":null,
         "Description":null,"Role":null
     }],
     "fields": [{
        "fieldName": "TestInteractionType6358",
        "fieldType": "Edm.String",
        "isArray": false,
        "isEnum": false,
        "isFlagEnum": false,
        "isImage": false,
        "isLocalizedString": false,
        "isName": false,
        "isRequired": true,
        "propertyId": "id1"
    },
    {
        "fieldName": "profile1",
        "fieldType": "Edm.String",
        "isArray": false,
        "isEnum": false,
        "isFlagEnum": false,
        "isImage": false,
        "isLocalizedString": false,
        "isName": false,
        "isRequired": true,
        "propertyId": "id1"
    }]
}
""")
"""The example of the vendor's page, with the comma that it misses behind ``typeName``."""

HOUSEHOLD: dict[str, Any] = {
    "apiEntitySetName": "Households",
    "strongIds": [{"strongIdName": "Door", "keyPropertyNames": ["Street", "Number"]}],
    "fields": [
        {"fieldName": "Street", "fieldType": "Edm.String"},
        {"fieldName": "Number", "fieldType": "Edm.String"},
    ],
}
"""The example of the specification, 3.2."""
